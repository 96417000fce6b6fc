import assert from 'node:assert/strict';
import { nodesFailure } from '../../../../../server/formation/context/for-each-node.js';

describe('the failure of several nodes', () => {
  const told = (failures: readonly (readonly [string, string])[], hint?: string): string | undefined =>
    nodesFailure(
      'not all nodes are as they should be',
      failures.map(([node, message]) => ({ node, error: new Error(message) })),
      hint,
    )?.message;

  it('says a reason once, however many nodes have it, named in it or not', () => {
    assert.equal(
      told([
        ['m2-runtime-1', 'm2-runtime-1: EC2 refused RunInstances with UnauthorizedOperation'],
        ['m2-runtime-2', 'EC2 refused RunInstances with UnauthorizedOperation'],
        ['m2-proxy-1', 'cannot be reached'],
        ['m2-runtime-3', 'm2-runtime-3: EC2 refused RunInstances with UnauthorizedOperation'],
      ]),
      'not all nodes are as they should be: m2-runtime-1, m2-runtime-2, m2-runtime-3: ' +
        'EC2 refused RunInstances with UnauthorizedOperation; m2-proxy-1: cannot be reached',
    );
  });

  it('keeps reasons apart that differ, one node or none', () => {
    assert.equal(
      told(
        [
          ['a', 'a was not ready after 600 s'],
          ['b', 'b was not ready after 601 s $& $1'],
        ],
        'Repeat it',
      ),
      'not all nodes are as they should be: a was not ready after 600 s; b was not ready after 601 s $& $1. Repeat it',
    );
    assert.equal(told([]), undefined);
  });

  it('names each node in its details', () => {
    const failures = ['a', 'b'].map((node) => ({ node, error: new Error('gone') }));
    assert.deepEqual(nodesFailure('lost', failures)?.details, { node: 'a, b' });
  });
});
