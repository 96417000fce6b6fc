import assert from 'node:assert/strict';
import { lastOf, markerLine, maxOf, sparkline } from '../../../../cli/terminal/sparkline.js';

describe('a sparkline', () => {
  it('has a column for each value, blank where there is none, and tells zero from little', () => {
    assert.equal(sparkline([0, 1, 50, 100, null, 100]), '▁▂▅█ █');
    assert.equal(sparkline([0, 0]), '▁▁');
    assert.equal(sparkline([]), '');
  });

  it('is drawn against a limit where one is given, and never beyond it', () => {
    assert.equal(sparkline([50, 100, 300], 200), '▃▅█');
  });

  it('knows the highest and the newest value', () => {
    assert.deepEqual(
      [maxOf([1, null, 3]), maxOf([null]), lastOf([1, 2, null]), lastOf([null])],
      [3, 0, 2, null],
    );
  });
});

describe('markers below a line', () => {
  it('stand at their columns', () => {
    assert.equal(
      markerLine(12, [
        { column: 6, label: 'v8' },
        { column: 1, label: 'v7' },
      ]),
      ' ^v7  ^v8',
    );
  });

  it('do not write over each other, nor beyond the line: newer ones have the room', () => {
    assert.equal(
      markerLine(6, [
        { column: 0, label: 'v7' },
        { column: 2, label: 'v8' },
        { column: 5, label: 'v9' },
        { column: 9, label: 'v10' },
        { column: -3, label: 'v6' },
      ]),
      '^  v9^',
    );
    assert.equal(
      markerLine(14, [
        { column: 2, label: 'v7' },
        { column: 6, label: 'v8' },
        { column: 8, label: 'v9' },
        { column: 8, label: 'v10' },
        { column: 13, label: 'v11' },
      ]),
      '  ^v7 ^ ^ v11^',
    );
    assert.equal(markerLine(8, [{ column: 7, label: 'v9' }]), '     v9^');
    const close = Array.from({ length: 30 }, (_, column) => ({ column, label: `v${column + 10}` }));
    assert.equal(markerLine(30, close), `${'^ '.repeat(13)}v39^`);
  });
});
