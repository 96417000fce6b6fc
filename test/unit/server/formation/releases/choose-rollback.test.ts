import assert from 'node:assert/strict';
import { Conflict, UnknownName } from '../../../../../base/errors.js';
import { chooseRollback } from '../../../../../server/formation/releases/choose-rollback.js';
import { chooseTarget } from '../../../../../server/formation/placement/choose-target.js';
import { wantedContainers } from '../../../../../server/formation/placement/wanted-containers.js';
import { build, container, release, snapshot } from '../../../../support/server/formation-snapshots.js';

const liveAt = new Date('2026-01-02T00:00:00Z');
const good = (version: number) => release(version, { state: 'superseded', liveAt });
const live = release(5, { state: 'live', liveAt });
const releases = [
  release(1, { buildId: null, liveAt }),
  good(2),
  good(3),
  release(4, { state: 'failed' }),
  live,
  release(6),
];

describe('chooseRollback', () => {
  it('goes to the last good one before the live one, passing over failed ones', () =>
    assert.equal(chooseRollback(releases, 5).version, 3));
  it('takes the version asked for', () => assert.equal(chooseRollback(releases, 5, 2).version, 2));
  it('can go forward again to a version that was live', () =>
    assert.equal(chooseRollback([...releases, good(7)], 5, 7).version, 7));

  for (const [version, why] of [
    [9, /no release v9: possible are v3, v2/],
    [1, /v1 has no build/],
    [4, /v4 never went live/],
    [5, /v5 is live already/],
    [6, /v6 never went live/],
  ] as const) {
    it(`refuses v${version}`, () =>
      assert.throws(
        () => chooseRollback(releases, 5, version),
        (error: unknown) =>
          (version === 9
            ? error instanceof UnknownName && error.field === 'release'
            : error instanceof Conflict) && why.test(String(error)),
      ));
  }

  it('refuses when there is nothing before the live one', () =>
    assert.throws(() => chooseRollback([live], 5), /nothing to roll back to: there is no other/));
  it('refuses when nothing was ever live', () =>
    assert.throws(() => chooseRollback([release(1)], null), /nothing to roll back to/));
});

describe('chooseTarget', () => {
  const state = (more: Parameters<typeof snapshot>[0]) => chooseTarget(snapshot(more))?.version;
  it('is nothing before the first release', () => assert.equal(state({}), undefined));
  it('is nothing while there is no build', () =>
    assert.equal(state({ releases: [release(1, { build: null, buildId: null })] }), undefined));
  it('is the newest pending one before any is live', () =>
    assert.equal(state({ releases: [release(1), release(2)] }), 2));
  it('is the live one while it serves, whatever waits', () =>
    assert.equal(
      state({
        formation: { liveReleaseId: 5 },
        releases: [live, release(6)],
        containers: [container('n', 'web', 1, 5000, 'serving', 5)],
      }),
      5,
    ));
  it('is the pending one that waited while there was nowhere to run it', () =>
    assert.equal(state({ formation: { liveReleaseId: 5 }, releases: [live, release(6)] }), 6));
  it('is never a pending one older than the live one', () =>
    assert.equal(state({ formation: { liveReleaseId: 5 }, releases: [release(4), live] }), 5));
});

describe('wantedContainers', () => {
  it('takes the scale of the types that the Procfile has', () =>
    assert.deepEqual(
      [...wantedContainers({ web: 2, clock: 1, worker: 0 }, build('b', ['worker', 'web']))],
      [['web', 2]],
    ));
  it('is empty without a build', () => assert.deepEqual([...wantedContainers({ web: 2 }, null)], []));
  it('is not confused by names of Object', () =>
    assert.deepEqual([...wantedContainers({}, build('b', ['constructor']))], []));
});
