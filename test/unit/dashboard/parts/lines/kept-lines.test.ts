import assert from 'node:assert/strict';
import { keepLines, skipTold } from '../../../../../dashboard/parts/lines/kept-lines.js';

describe('lines of a stream', () => {
  it('are kept up to a bound: the oldest go', () => {
    assert.deepEqual(keepLines(['a', 'b'], ['c'], 3), ['a', 'b', 'c']);
    assert.deepEqual(keepLines(['a', 'b'], ['c', 'd'], 3), ['b', 'c', 'd']);
  });

  it('that a stream repeats after a gap are told once, and equal ones as often as they came', () => {
    const isNew = skipTold(['1 x', '2 y', '2 y']);
    assert.deepEqual(['2 y', '2 y', '2 y', '3 z', '1 x'].filter(isNew), ['2 y', '3 z']);
  });
});
