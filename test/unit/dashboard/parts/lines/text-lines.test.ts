import assert from 'node:assert/strict';
import { withText } from '../../../../../dashboard/parts/lines/text-lines.js';

describe('text as lines', () => {
  it('goes on where the last line ended, however it is cut', () => {
    const text = 'one\ntwo\r\nthree';
    for (let at = 0; at <= text.length; at += 1) {
      // A CR at the very end may be half of a line's end.
      if (text[at - 1] === '\r') continue;
      assert.deepEqual(
        withText(withText([], text.slice(0, at)), text.slice(at)),
        ['one', 'two', 'three'],
        `${at}`,
      );
    }
    assert.deepEqual(withText(['done'], '\n'), ['done', '']);
  });

  it('keeps the newest lines, and the beginning of a long one', () => {
    assert.deepEqual(withText(['a', 'b'], '\nc\nd', 3), ['b', 'c', 'd']);
    assert.equal(withText(['x'.repeat(9_999)], 'yz')[0], `${'x'.repeat(9_999)}y`);
  });
});
