import assert from 'node:assert/strict';
import type { Flavor } from '../../../../../dashboard/api/types.js';
import {
  groundInWords,
  placeNames,
  placeOf,
} from '../../../../../dashboard/screens/formations/formation-places.js';

describe('where a new formation may run', () => {
  it('is on nodes of its own, on those of another, or nowhere yet', () => {
    const words = Object.keys(placeNames([{ id: 'none' } as Flavor], ['on']));
    assert.deepEqual(words, ['flavor none', 'on on', 'none']);
    assert.deepEqual(words.map(placeOf), [{ flavor: 'none' }, { on: 'on' }, { on: null }]);
  });

  it('is said in a sentence, of many by the first', () => {
    const called = (...names: string[]) => names.map((id) => ({ id }));
    assert.equal(groundInWords([], []), undefined);
    assert.equal(
      groundInWords(called('docker'), []),
      'An app can live on nodes of its own, by flavor docker.',
    );
    assert.equal(
      groundInWords(called('a', 'b', 'c'), called('platform')),
      'An app can live on nodes of its own, by flavor a, b or c, or on the nodes of platform.',
    );
    assert.equal(
      groundInWords([], called('a', 'b', 'c', 'd', 'e', 'f')),
      'An app can live on the nodes of a, b, c, d, e or another.',
    );
  });
});
