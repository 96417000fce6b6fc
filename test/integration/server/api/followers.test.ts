import assert from 'node:assert/strict';
import { waitUntil } from '../../../../base/wait-until.js';
import { onAbort } from '../../../../base/on-abort.js';
import type { FormationActions } from '../../../../server/formation/formation-actions.js';
import { HttpListener } from '../../../../server/listen/http-listener.js';
import { ApiHarness, type Caller } from '../../../support/server/api-harness.js';

describe('followers of logs over HTTP', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let listener: HttpListener;
  let ada: Caller;
  let following = 0;

  before(async () => {
    api = await ApiHarness.start();
    listener = await HttpListener.listen('127.0.0.1', 0, api.app);
    ada = await api.register('ada');
    for (const id of ['one', 'two']) await ada.post('/api/formations', { id, flavor: 'mock' }).expect(201);
    const followLogs: FormationActions['followLogs'] = (_formation, _query, onLine, signal) => {
      following += 1;
      onLine('begun');
      return new Promise<void>((resolve) =>
        onAbort(signal, () => {
          following -= 1;
          resolve();
        }),
      );
    };
    Object.assign(api.parts.formations, { followLogs });
  });
  after(async () => {
    await listener.close(0);
    await api.close();
  });

  const follow = (caller: Caller, formation: string, signal: AbortSignal): Promise<Response> =>
    fetch(`http://127.0.0.1:${listener.port}/api/formations/${formation}/logs/follow`, {
      headers: { Authorization: `token ${caller.token}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(20_000)]),
    });
  const untilFollowing = (count: number): Promise<true> =>
    waitUntil(() => Promise.resolve(following === count || undefined), {
      deadlineMs: 5_000,
      intervalMs: 10,
      what: `${count} followers; there are ${following}`,
    });

  it('are ten of one user: the eleventh is refused, others are not, and one that leaves makes room', async () => {
    const bob = await api.register('bob', ada);
    await ada.post('/api/formations/two/perms', { username: 'bob', role: 'viewer' }).expect(200);
    const all = new AbortController();
    const first = new AbortController();
    const opened = [await follow(ada, 'one', first.signal)];
    for (let num = 1; num < 10; num += 1)
      opened.push(await follow(ada, num % 2 === 0 ? 'one' : 'two', all.signal));
    assert.deepEqual(new Set(opened.map(({ status }) => status)), new Set([200]));
    await untilFollowing(10);
    const eleventh = await follow(ada, 'two', all.signal);
    assert.equal(eleventh.status, 429);
    assert.match(await eleventh.text(), /you follow logs 10 times already: end one of them first/);
    assert.equal(following, 10);
    assert.equal((await follow(bob, 'two', all.signal)).status, 200);
    first.abort();
    await untilFollowing(10);
    const after = await waitUntil(
      async () => {
        const again = await follow(ada, 'one', all.signal);
        return again.status === 200 ? again : undefined;
      },
      { deadlineMs: 5_000, intervalMs: 50, what: 'a place for another follower' },
    );
    assert.equal(after.status, 200);
    all.abort();
    await untilFollowing(0);
  });
});
