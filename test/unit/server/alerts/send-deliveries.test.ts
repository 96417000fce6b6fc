import assert from 'node:assert/strict';
import { attemptOf, maxAttempts } from '../../../../server/alerts/send-deliveries.js';

const now = new Date('2026-11-29T12:00:00Z');
const secondsUntil = (attempts: number): number =>
  (attemptOf(attempts, { status: 500, error: 'it answered 500' }, now).nextAt.getTime() - now.getTime()) /
  1000;

describe('attempts of a delivery', () => {
  it('come later and later, up to 4 hours apart, for about a day', () => {
    assert.deepEqual([1, 2, 3, 4].map(secondsUntil), [10, 30, 90, 270]);
    assert.equal(secondsUntil(11), 4 * 3600);
    const all = Array.from({ length: maxAttempts - 1 }, (_, n) => secondsUntil(n + 1));
    const hours = all.reduce((sum, each) => sum + each) / 3600;
    assert.ok(hours > 12 && hours < 30, `${hours} h`);
  });

  it('end with the last, or with success', () => {
    assert.equal(attemptOf(maxAttempts - 1, { status: null, error: 'away' }, now).state, 'waiting');
    assert.equal(attemptOf(maxAttempts, { status: null, error: 'away' }, now).state, 'failed');
    assert.equal(attemptOf(1, { status: 204, error: null }, now).state, 'delivered');
  });
});
