import assert from 'node:assert/strict';
import { describeJob } from '../../../../server/commands/schedule.js';
import type { ScheduledJob } from '../../../../server/store/operations/schedule-store.js';

describe('describeJob', () => {
  const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
  const job: ScheduledJob = {
    name: 'sweep',
    everyMs: 10_000,
    notBefore: at(30),
    failures: 0,
    leaseOwner: null,
    leaseExpiresAt: null,
    startedAt: null,
    endedAt: null,
    outcome: null,
    error: null,
  };

  it('tells of a job that never ran', () =>
    assert.deepEqual(describeJob(job), [
      'sweep: every 10 s',
      '  last run: none has ended',
      '  next run: 2026-01-01T00:00:30.000Z',
    ]));

  it('tells of one that failed and runs again', () =>
    assert.deepEqual(
      describeJob({
        ...job,
        leaseOwner: 'a',
        startedAt: at(9),
        endedAt: at(3),
        outcome: 'failed',
        error: 'no\n  room',
      }),
      [
        'sweep: every 10 s',
        '  last run: failed 2026-01-01T00:00:03.000Z',
        '  next run: goes on since 2026-01-01T00:00:09.000Z',
        '  last error: no room',
      ],
    ));
});
