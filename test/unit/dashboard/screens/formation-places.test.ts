import assert from 'node:assert/strict';
import type { Flavor } from '../../../../dashboard/api/types.js';
import { placeNames, placeOf } from '../../../../dashboard/screens/formation-places.js';

describe('where a new formation may run', () => {
  it('is on nodes of its own, on those of another, or nowhere yet', () => {
    const words = Object.keys(placeNames([{ id: 'none' } as Flavor], ['on']));
    assert.deepEqual(words, ['flavor none', 'on on', 'none']);
    assert.deepEqual(words.map(placeOf), [{ flavor: 'none' }, { on: 'on' }, { on: null }]);
  });
});
