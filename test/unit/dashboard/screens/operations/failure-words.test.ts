import assert from 'node:assert/strict';
import { failingLines, nodeResults } from '../../../../../dashboard/screens/operations/failure-words.js';

describe('why an operation failed', () => {
  it('has each node that failed, with what it said', () => {
    const nodes = [
      { node: 'a-1', outcome: 'failed', evidence: '\u001b[31mno\u001b[0m\nroom' },
      { node: 'a-2', outcome: 'unreachable' },
    ];
    assert.deepEqual(nodeResults({ message: 'no', nodes }), [
      { node: 'a-1', outcome: 'failed', evidence: 'no\nroom' },
      { node: 'a-2', outcome: 'unreachable', evidence: '' },
    ]);
    assert.deepEqual([nodeResults(null), nodeResults({ message: 'no' })], [[], []]);
  });

  it('has the lines with which a build failed', () => {
    assert.equal(failingLines({ lines: ['one', '\u001b[1mtwo'] }), 'one\ntwo');
    assert.deepEqual([failingLines(null), failingLines({ lines: 'x' })], ['', '']);
  });
});
