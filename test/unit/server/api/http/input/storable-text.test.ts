import assert from 'node:assert/strict';
import { findUnstorable } from '../../../../../../server/api/http/input/storable-text.js';

const named = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`name-${index}`, index]));

describe('findUnstorable', () => {
  it('finds an object of more than 1000 names, at any depth, and takes longer lists', () => {
    const message = 'has 1001 names: expected at most 1000';
    assert.deepEqual(findUnstorable(named(1001)), { field: '', message });
    assert.deepEqual(findUnstorable({ env: named(1001) }), { field: 'env', message });
    assert.deepEqual(findUnstorable({ a: [{ b: named(1001) }] }), { field: 'a.0.b', message });
    assert.equal(
      findUnstorable({ env: named(1000), list: Array.from({ length: 2000 }, () => 1) }),
      undefined,
    );
  });
});
