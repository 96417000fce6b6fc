import assert from 'node:assert/strict';
import fc from 'fast-check';
import { splitText } from '../../../../server/drains/split-text.js';

describe('texts in parts', () => {
  it('are the text again, no part larger than it may be, no character cut', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.integer({ min: 4, max: 40 }),
        (text, most) => {
          const parts = splitText(text, most);
          assert.equal(parts.join(''), text);
          for (const part of parts) {
            assert.ok(Buffer.byteLength(part) <= most);
            assert.ok(!part.includes('\uFFFD') || text.includes('\uFFFD'));
          }
        },
      ),
    );
    assert.deepEqual(splitText('', 10), ['']);
  });
});
