import assert from 'node:assert/strict';
import { waitUntil } from '../../../../../base/wait-until.js';
import { Observer, type RequestSeen } from '../../../../../server/observe/observer.js';
import { ApiHarness } from '../../../../support/server/api-harness.js';

describe('observeRequests', function () {
  this.timeout(30_000);
  const seen: RequestSeen[] = [];
  let api: ApiHarness;
  before(async () => {
    const onRequest = (request: RequestSeen): never => {
      seen.push(request);
      throw new Error('a watcher failed');
    };
    api = await ApiHarness.start({ observer: new Observer([{ onRequest }]) });
  });
  after(() => api.close());

  it('tells of each request, without its query, and answers all the same when that throws', async () => {
    await api.anonymous().get('/api/info?token=sentinel').set('X-Request-Id', 'one').expect(400);
    await api.anonymous().get('/api/formations/shop').set('X-Request-Id', 'two').expect(401);
    await api.anonymous().get('/nothing/here').set('X-Request-Id', 'three').expect(404);
    await waitUntil(async () => (seen.length >= 3 ? true : undefined), {
      deadlineMs: 5_000,
      intervalMs: 10,
      what: 'three requests',
    });
    assert.deepEqual(
      seen.map(({ ms, ...rest }) => ({ ...rest, isTimed: ms >= 0 })),
      [
        { id: 'one', path: '/api/info', route: '/api/info', status: 400 },
        { id: 'two', path: '/api/formations/shop', route: '/api/formations/:formation', status: 401 },
        { id: 'three', path: '/nothing/here', route: 'none', status: 404 },
      ].map((request) => ({ method: 'GET', isStream: false, isTimed: true, ...request })),
    );
  });
});
