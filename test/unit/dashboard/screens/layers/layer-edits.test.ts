import assert from 'node:assert/strict';
import type { Layer } from '../../../../../dashboard/api/types.js';
import {
  flavorLabel,
  layerValues,
  newLayer,
  typedLayer,
} from '../../../../../dashboard/screens/layers/layer-edits.js';

const layer: Layer = {
  ...{ id: 'mydb', kind: 'custom', count: 0, flavor: 'small', flavor_owner: 'grace', level: 30 },
  ...{
    environment: '_default',
    tags: {},
    attributes: { mydb: { port: 5432 } },
    ssh_username: 'deis',
    ssh_public_key: '',
  },
  run_list: ['recipe[deis::default]', 'recipe[mydb::server]'],
};

describe('the form of a layer', () => {
  it('names the flavor of another person with its owner', () => {
    assert.equal(flavorLabel({ id: 'small', owner: 'grace' }, 'ada'), 'grace/small');
    assert.equal(flavorLabel({ id: 'small', owner: 'ada' }, 'ada'), 'small');
    assert.equal(typedLayer(layer, 'ada').flavor, 'grace/small');
  });

  it('gives what was typed, and nothing that was not', () => {
    const typed = { ...newLayer, flavor: 'small', runList: 'recipe[a], recipe[b]\nrecipe[c]', level: ' 7 ' };
    assert.deepEqual(layerValues(typed), {
      values: { flavor: 'small', run_list: ['recipe[a]', 'recipe[b]', 'recipe[c]'], level: 7 },
      wrong: [],
    });
  });

  it('gives of a layer that there is only what has changed', () => {
    const before = typedLayer(layer, 'ada');
    assert.deepEqual(layerValues(before, before), { values: {}, wrong: [] });
    assert.deepEqual(layerValues({ ...before, attributes: '', runList: '' }, before), {
      values: { run_list: [], attributes: {} },
      wrong: [],
    });
    assert.deepEqual(layerValues({ ...before, attributes: '{"a":1}' }, before).values, {
      attributes: { a: 1 },
    });
  });

  it('gives tags that come, change and go', () => {
    const before = typedLayer({ ...layer, tags: { disk: 'ssd', zone: 'a' } }, 'ada');
    assert.equal(before.tags, 'disk=ssd zone=a');
    assert.deepEqual(layerValues({ ...before, tags: 'zone=b, gpu=yes' }, before).values, {
      tags: { disk: null, zone: 'b', gpu: 'yes' },
    });
    assert.deepEqual(layerValues({ ...before, tags: 'zone=a disk=ssd' }, before).values, {});
    assert.deepEqual(layerValues({ ...newLayer, tags: 'disk=ssd' }).values, { tags: { disk: 'ssd' } });
  });

  it('says what cannot be sent at all, by field', () => {
    const before = typedLayer(layer, 'ada');
    assert.deepEqual(layerValues({ ...before, tags: 'ssd' }, before).wrong, [
      { field: 'tags', message: '"ssd" is not a valid tag: expected name=value, e.g. disk=ssd' },
    ]);
    for (const attributes of ['[1]', '"text"', 'null', '{', '7'])
      assert.deepEqual(
        layerValues({ ...before, attributes }, before).wrong.map(({ field }) => field),
        ['attributes'],
        attributes,
      );
    for (const level of ['', 'soon', '-1', '1.5', '1e3'])
      assert.deepEqual(
        layerValues({ ...before, level }, before).wrong.map(({ field }) => field),
        ['level'],
        level,
      );
  });
});
