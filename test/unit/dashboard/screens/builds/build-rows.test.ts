import assert from 'node:assert/strict';
import type { Build, Operation, Release } from '../../../../../dashboard/api/types.js';
import {
  buildInWords,
  buildRows,
  failedRelease,
  givenBuildpacks,
  isUnderWay,
  nameOf,
} from '../../../../../dashboard/screens/builds/build-rows.js';

const at = (minute: number): string => `2026-11-30T12:${String(minute).padStart(2, '0')}:00.000Z`;
const build = (uuid: string, minute: number): Build =>
  ({ uuid, sha: `${uuid}-0123456789`, created_at: at(minute) }) as Build;
const operation = (id: string, minute: number, more: Partial<Operation> = {}): Operation =>
  ({
    ...{ id, kind: 'push', state: 'succeeded', created_at: at(minute), finished_at: at(minute + 1) },
    ...more,
  }) as Operation;
const release = (more: Partial<Release>): Release =>
  ({ version: 7, state: 'live', live: false, build: 'b1', ...more }) as Release;
const listed = (results: readonly Build[], count = results.length) => ({ results, count });

describe('the list of builds', () => {
  it('has builds, pushes that are none yet and pushes of which nothing came, newest first', () => {
    const rows = buildRows(
      listed([build('b2', 20), build('b1', 10)]),
      [
        operation('b4', 40, { state: 'running', finished_at: null }),
        operation('s1', 35, { kind: 'scale' }),
        operation('b3', 30, { state: 'failed' }),
        operation('b2', 19, { state: 'failed' }),
      ],
      [release({ live: true })],
    );
    assert.deepEqual(
      rows.map(({ id, state }) => [id, state]),
      [
        ['b4', 'running'],
        ['b3', 'failed'],
        ['b2', 'failed'],
        ['b1', 'live'],
      ],
    );
    assert.deepEqual(rows.map(nameOf), ['push', 'push', 'b2-01234', 'b1-01234']);
    assert.deepEqual(rows.map(isUnderWay), [true, false, false, false]);
  });

  it('takes no push for one without a build that is older than the builds that are listed', () => {
    const operations = [operation('b3', 30), operation('b1', 10)];
    const ids = (count: number): string[] =>
      buildRows(listed([build('b2', 20)], count), operations, []).map(({ id }) => id);
    assert.deepEqual(ids(2), ['b3', 'b2']);
    assert.deepEqual(ids(1), ['b3', 'b2', 'b1']);
  });

  it('says of a build what it is', () => {
    const made = { kind: 'slug', buildpack: 'nodejs', size: 24_100_000 } as const;
    assert.equal(buildInWords(made), 'slug, nodejs, 24.1 MB');
    assert.equal(buildInWords({ kind: 'image', buildpack: null, size: null }), 'image');
  });

  it('lets the newest release be deployed again alone, when it failed with a build', () => {
    const failed = release({ state: 'failed' });
    assert.equal(failedRelease([failed, release({})]), failed);
    for (const releases of [[], [release({}), failed], [release({ state: 'failed', build: null })]])
      assert.equal(failedRelease(releases), undefined);
  });

  it('takes buildpacks as they are typed, one a line', () => {
    assert.deepEqual(givenBuildpacks(' nodejs\n\n./mine \r\n'), ['nodejs', './mine']);
    assert.deepEqual(givenBuildpacks('\n'), []);
  });
});
