import assert from 'node:assert/strict';
import { hitFrom, linesWith, marked } from '../../../../../dashboard/parts/lines/find-lines.js';

describe('looking for a text in lines', () => {
  const lines = ['An error', 'fine', '\u001b[31mERR\u001b[0mOR', 'no'];

  it('finds it whatever its case and its colours, and nothing for nothing', () => {
    assert.deepEqual(linesWith(lines, 'Error'), [0, 2]);
    assert.deepEqual([linesWith(lines, 'warning'), linesWith(lines, '')], [[], []]);
  });

  it('goes on from a line and round the ends', () => {
    assert.equal(hitFrom([0, 2], 0, 'next'), 2);
    assert.equal(hitFrom([0, 2], 2, 'next'), 0);
    assert.equal(hitFrom([0, 2], 1, 'previous'), 0);
    assert.equal(hitFrom([0, 2], 0, 'previous'), 2);
    assert.equal(hitFrom([], 0, 'next'), undefined);
  });

  it('marks it within pieces of other looks, and over their edges', () => {
    const pieces = [
      { text: 'an ERR', look: 'ink-red' },
      { text: 'or, an error', look: '' },
    ];
    assert.deepEqual(
      marked(pieces, 'error').map(({ text, look, isHit }) => `${isHit ? '*' : ''}${look} ${text}`),
      ['ink-red an ', '*ink-red ERR', '* or', ' , an ', '* error'],
    );
    assert.deepEqual(
      marked(pieces, ''),
      pieces.map((piece) => ({ ...piece, isHit: false })),
    );
  });
});
