import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lineWindow } from '../../../../../dashboard/parts/lines/line-window.js';

describe('the lines that are in sight', () => {
  it('are few, however many there are, and all that the box shows', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.nat(20_000_000),
        fc.integer({ min: 1, max: 2000 }),
        (count, top, height) => {
          const { first, end, before } = lineWindow(count, 20, top, height);
          assert.ok(first >= 0 && first <= end && end <= count);
          assert.ok(end - first <= height / 20 + 42);
          assert.equal(before, first * 20);
          const inSight = Math.min(count - 1, Math.floor(top / 20));
          if (top < count * 20) assert.ok(first <= inSight && inSight < end);
        },
      ),
    );
  });
});
