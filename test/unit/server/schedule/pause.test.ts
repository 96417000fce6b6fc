import assert from 'node:assert/strict';
import { pauseAfter } from '../../../../server/schedule/pause.js';

describe('pauseAfter', () => {
  const hourMs = 3_600_000;

  it('is the period after a success, less a tenth at most', () => {
    assert.equal(pauseAfter(hourMs, 0, 0), hourMs);
    assert.equal(pauseAfter(hourMs, 0, 1), hourMs * 0.9);
  });

  it('doubles from half a minute with every failure, and never passes the period', () => {
    const pauses = [1, 2, 3, 7, 8, 2000].map((failures) => pauseAfter(hourMs, failures, 0));
    assert.deepEqual(pauses, [30_000, 60_000, 120_000, 1_920_000, hourMs, hourMs]);
    assert.equal(pauseAfter(10_000, 1, 0), 10_000);
  });
});
