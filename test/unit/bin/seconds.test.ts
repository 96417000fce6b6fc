import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../support/source/source-imports.js';

type Numbers = Readonly<Record<string, number>>;
interface Summary {
  readonly seconds: Numbers;
  readonly files: Readonly<Record<string, { passed: number; failed: number; skipped: number }>>;
}
interface Seconds {
  secondsOf(file: string, seconds: Numbers): number;
  recorded(seconds: Numbers, summaries: readonly Summary[], isThere: (file: string) => boolean): Numbers;
}

const fast = 'test/unit/a.test.ts';
const slow = 'test/acceptance/a.test.ts';
const other = 'test/integration/a.test.ts';

describe('seconds of test files', () => {
  let of: Seconds;
  before(async () => {
    of = (await import(pathToFileURL(join(projectRoot, 'bin/test/seconds.mjs')).href)) as Seconds;
  });

  const ran = (seconds: Numbers, counts: Partial<Summary['files'][string]> = {}): Summary => ({
    seconds,
    files: Object.fromEntries(
      Object.keys(seconds).map((file) => [file, { passed: 1, failed: 0, skipped: 0, ...counts }]),
    ),
  });
  const record = (before: Numbers, ...summaries: Summary[]): Numbers =>
    of.recorded(before, summaries, (file) => file !== 'test/unit/gone.test.ts');

  it('are those of the files that ran, and for others those of before, in their order', () => {
    const before = { [slow]: 70, [other]: 3, 'test/unit/gone.test.ts': 4 };
    const now = record(before, ran({ [fast]: 2.4 }), ran({ [slow]: 90.6 }));
    assert.deepEqual(Object.entries(now), [
      [slow, 91],
      [other, 3],
      [fast, 2],
    ]);
  });

  it('are none of a file of the fast tiers that takes less than one, and one of others', () => {
    assert.deepEqual(record({ [fast]: 5, [other]: 5 }, ran({ [fast]: 0.9, [other]: 0.2 })), { [other]: 1 });
  });

  it('stay what they were where a file failed, which may be its early end, or was skipped', () => {
    assert.deepEqual(record({ [slow]: 70 }, ran({ [slow]: 2 }, { failed: 1 })), { [slow]: 70 });
    assert.deepEqual(record({ [slow]: 70 }, ran({ [slow]: 2 }, { passed: 0, skipped: 3 })), { [slow]: 70 });
  });

  it('are taken for a file without a number by its tier, so that a new one is long where such files are', () => {
    const weights = [fast, other, slow].map((file) => of.secondsOf(file, {}));
    assert.ok(weights[0]! < 1 && weights[1]! < 10 && weights[2]! >= 20, String(weights));
    assert.equal(of.secondsOf(slow, { [slow]: 7 }), 7);
  });
});
