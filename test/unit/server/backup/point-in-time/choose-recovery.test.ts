import assert from 'node:assert/strict';
import { isBaseDue } from '../../../../../server/backup/point-in-time/base-due.js';
import { chooseRecovery, windowsOf } from '../../../../../server/backup/point-in-time/choose-recovery.js';
import { segmentName } from '../../../../../server/backup/point-in-time/log-position.js';
import type { Base, KeptCluster, Reach } from '../../../../../server/backup/point-in-time/recovery-index.js';

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 29, 5, minute));
const base = (minute: number, segment: number, timeline = 1): Base => ({
  name: `base-${minute}`,
  startedAt: at(minute),
  endedAt: at(minute + 1),
  timeline,
  startAt: `0/${segment.toString(16).toUpperCase()}000028`,
  endAt: `0/${segment.toString(16).toUpperCase()}000100`,
  size: 1,
});
const reach = (since: number, until: number, segment: number, more: Partial<Reach> = {}): Reach => ({
  timeline: 1,
  since: at(since),
  until: at(until),
  segment: segmentName(more.timeline ?? 1, segment),
  ancestors: [],
  ...more,
});
const segments = (from: number, to: number, timeline = 1): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => segmentName(timeline, from + index));
const cluster = (more: Partial<KeptCluster>): KeptCluster => ({
  instance: '0a1b2c3d',
  system: '7',
  folder: 'deis-0a1b2c3d-7.recovery',
  bases: [base(0, 2), base(20, 6)],
  reaches: [reach(0, 40, 10)],
  log: new Set(segments(2, 10)),
  size: 1,
  ...more,
});

describe('what restores a moment', () => {
  it('is the newest base from before it, and the log up to the start of the next base', () => {
    const early = chooseRecovery([cluster({})], at(10));
    assert.deepEqual([early.base.name, early.log], ['base-0', segments(2, 6)]);
    const late = chooseRecovery([cluster({})], at(30));
    assert.deepEqual([late.base.name, late.log], ['base-20', segments(6, 10)]);
    assert.equal(chooseRecovery([cluster({})], 'latest').time.getTime(), at(40).getTime());
    // A base that was being made then does not count.
    assert.equal(chooseRecovery([cluster({})], new Date(at(21).getTime() - 1)).base.name, 'base-0');
  });

  it('is refused outside of what is kept, by the moments that are', () => {
    const refused = (minute: number, kept = cluster({})): string => {
      try {
        chooseRecovery([kept], at(minute));
      } catch (error) {
        return (error as Error).message;
      }
      return 'chosen';
    };
    assert.match(
      refused(41),
      /2026-11-29T05:41:00\.000Z cannot be restored: its log was not kept\. Moments that can be: /,
    );
    assert.match(refused(41), /05:01:00\.000Z to 2026-11-29T05:40:00\.000Z; nothing was written$/);
    assert.match(refused(0), /no base backup is older/);
    const gap = cluster({ log: new Set(segments(2, 10).filter((name) => name !== segmentName(1, 8))) });
    assert.match(refused(30, gap), /segment 000000010000000000000008 of its log is missing/);
    assert.equal(refused(10, gap), 'chosen');
    assert.throws(() => chooseRecovery([], 'latest'), /there are no base backups with a log/);
    const other = cluster({ instance: 'ffffffff' });
    assert.throws(
      () => chooseRecovery([cluster({}), other], 'latest'),
      /instances 0a1b2c3d, ffffffff.*DEIS_INSTANCE/,
    );
  });

  it('is refused, by the same reason and without a moment, before a log is copied', () => {
    const fresh = cluster({ bases: [base(20, 6)], reaches: [reach(0, 20, 6)] });
    const none =
      /no moment to restore yet.*log behind the first base backup.*without --time; nothing was written$/;
    assert.throws(() => chooseRecovery([fresh], 'latest'), none);
    assert.throws(
      () => chooseRecovery([fresh], 'latest'),
      (error: Error) => !error.message.includes('2026-'),
    );
    assert.throws(() => chooseRecovery([fresh], at(10)), none);
    assert.throws(() => chooseRecovery([fresh], at(30)), none);
  });

  it('takes the last moment of the timeline before, where the newest has none yet', () => {
    const ancestors = [{ timeline: 1, switchAt: '0/A000060' }];
    const two = cluster({
      bases: [base(0, 2), base(50, 11, 2)],
      reaches: [reach(0, 40, 10), reach(45, 55, 11, { timeline: 2, ancestors })],
      log: new Set([...segments(2, 10), segmentName(2, 11), '00000002.history']),
    });
    const { time, timeline } = chooseRecovery([two], 'latest');
    assert.deepEqual([time, timeline], [at(55), 2]);
    const [before] = two.reaches;
    const young = { ...two, reaches: [before!, reach(45, 50, 11, { timeline: 2 })] };
    assert.deepEqual(chooseRecovery([young], 'latest').time, at(40));
  });

  it('follows the timeline that was written then, from a base before it branched off', () => {
    const ancestors = [{ timeline: 1, switchAt: '0/4000060' }];
    const two = cluster({
      reaches: [reach(0, 40, 10), reach(50, 60, 5, { timeline: 2, ancestors })],
      log: new Set([...segments(2, 10), ...segments(4, 5, 2), '00000002.history']),
    });
    assert.equal(chooseRecovery([two], at(30)).timeline, 1);
    const branched = chooseRecovery([two], at(55));
    assert.deepEqual(
      [branched.timeline, branched.base.name, branched.log],
      [2, 'base-0', ['00000002.history', ...segments(2, 3), ...segments(4, 5, 2)]],
    );
    assert.throws(() => chooseRecovery([two], at(45)), /its log was not kept/);
    assert.equal(windowsOf([two]).length, 2);
  });
});

describe('a base backup is due', () => {
  const due = (kept: KeptCluster, minute: number, timeline = 1): boolean =>
    isBaseDue(kept, { timeline, everyMs: 3600_000, now: at(minute) });

  it('where there is none, an old one, one of another timeline, or a gap in the log since', () => {
    assert.equal(due(cluster({}), 40), false);
    assert.equal(due(cluster({ bases: [] }), 40), true);
    assert.equal(due(cluster({}), 81), true);
    assert.equal(due(cluster({}), 40, 2), true);
    assert.equal(due(cluster({ log: new Set(segments(2, 10).slice(0, -1)) }), 40), true);
  });
});
