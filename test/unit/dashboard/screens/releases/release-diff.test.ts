import assert from 'node:assert/strict';
import type { Release } from '../../../../../dashboard/api/types.js';
import { diffReleases } from '../../../../../dashboard/screens/releases/release-diff.js';

const release = (fields: Partial<Release>): Release =>
  ({ sha: 'abcdef0123', build: '12345678-1', config: 1, limits: {}, ...fields }) as Release;

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
});
