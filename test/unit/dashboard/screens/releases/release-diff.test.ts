import assert from 'node:assert/strict';
import type { Release } from '../../../../../dashboard/api/types.js';
import { configPair, diffReleases } from '../../../../../dashboard/screens/releases/release-diff.js';

const release = (fields: Partial<Release>): Release =>
  ({
    sha: 'abcdef0123',
    build: '12345678-1',
    config: 1,
    limits: {},
    checks: {},
    timeouts: {},
    tags: {},
    ...fields,
  }) as Release;

describe('the difference of two releases', () => {
  it('is nothing between those that hold the same', () => {
    assert.deepEqual(diffReleases(release({}), release({})), []);
  });

  it('is what of commit, build, config and limits is not the same', () => {
    const to = release({
      sha: 'fedcba9876',
      config: 2,
      limits: { web: { memory: 512 * 1024 ** 2, cpus: 0.5 } },
    });
    assert.deepEqual(diffReleases(release({}), to), [
      { what: 'Commit', from: 'abcdef0', to: 'fedcba9' },
      { what: 'Config', from: 'version 1', to: 'version 2' },
      { what: 'Limits of web', from: 'none', to: '512 MB, 0.5 CPUs' },
    ]);
    assert.equal(diffReleases(undefined, to).length, 4);
  });

  it('names the variables in which the config differs', () => {
    const asked: (readonly number[])[] = [];
    const [row] = diffReleases(release({}), release({ config: 2 }), (pair) => {
      asked.push(pair);
      return ['COLOUR'];
    });
    assert.deepEqual(row, { what: 'Config', from: 'version 1', to: 'version 2', names: ['COLOUR'] });
    assert.deepEqual(asked, [[1, 2]]);
    assert.deepEqual(configPair(undefined, release({})), [0, 1]);
  });

  it('has checks and times to stop of each process type', () => {
    const none = { timeout: null, interval: null, retries: null, start: null, deadline: null };
    const web = { kind: 'http', path: '/health', status: [200, 204], ...none } as const;
    const to = release({ checks: { web: { ...web, status: [200, 204] } }, timeouts: { worker: 30 } });
    assert.deepEqual(diffReleases(release({}), to), [
      { what: 'Check of web', from: 'as by default', to: 'GET /health answers 200 to 204' },
      { what: 'Time to stop of worker', from: '10 s', to: '30 s' },
    ]);
  });

  it('has the tags that process types ask for', () => {
    const before = { web: { disk: 'ssd', zone: 'a' } };
    const after = { web: { disk: 'ssd' }, worker: { gpu: 'yes' } };
    assert.deepEqual(diffReleases(release({ tags: before }), release({ tags: after })), [
      { what: 'Nodes for web', from: 'disk=ssd zone=a', to: 'disk=ssd' },
      { what: 'Nodes for worker', from: 'any', to: 'gpu=yes' },
    ]);
  });
});
