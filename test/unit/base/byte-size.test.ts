import assert from 'node:assert/strict';
import { byteSize, megabytes } from '../../../base/byte-size.js';

describe('a byte size', () => {
  for (const [text, bytes] of [
    ['512m', 536_870_912],
    ['2G', 2_147_483_648],
    ['1.5k', 1536],
    ['20', 20],
    ['20b', 20],
    ['0.001k', 1],
    ['0', 0],
  ] as const) {
    it(`${text} is ${bytes}`, () => assert.equal(byteSize(text), bytes));
  }
  for (const text of ['', 'm', '-1', '1t', '1 m', '1e3', '1.', '.5m', '0x10', '1,5m', '1234567890123456']) {
    it(`${JSON.stringify(text)} is none`, () => assert.ok(Number.isNaN(byteSize(text))));
  }
  it('is shown in whole megabytes, rounded down, or up where it is said', () => {
    assert.deepEqual(
      [megabytes(512 * 2 ** 20), megabytes(2 ** 21 - 1), megabytes(2 ** 20 + 1, 'up'), megabytes(0, 'up')],
      ['512 MB', '1 MB', '2 MB', '0 MB'],
    );
  });
});
