import assert from 'node:assert/strict';
import fc from 'fast-check';
import { planLayers } from '../../../../../../server/formation/nodes/launch/plan-layers.js';
import type { NodeStatus } from '../../../../../../server/store/infrastructure/node-store.js';
import { layer, node, runtime, snapshot } from '../../../../../support/server/formation-snapshots.js';

const plan = (count: number, nodes: readonly [number, NodeStatus?][]) => {
  const of = layer(1, 'runtime', 'runtime', { count });
  const { add, remove } = planLayers(
    snapshot({ layers: [of], nodes: nodes.map(([num, status]) => node(of, num, status)) }),
  );
  return { add: add.map(({ name }) => name), remove: remove.map(({ num }) => num) };
};

describe('planLayers', () => {
  it('fills gaps with the lowest free numbers', () =>
    assert.deepEqual(plan(4, [[2], [5]]), { add: ['app-runtime-1', 'app-runtime-3'], remove: [] }));
  it('removes the newest first', () =>
    assert.deepEqual(plan(1, [[1], [2], [3]]), { add: [], remove: [3, 2] }));
  it('removes what was drained by hand before the newest', () => {
    const of = layer(1, 'runtime', 'runtime', { count: 1 });
    const nodes = [
      node(of, 1),
      node(of, 2, 'ready', { scheduling: 'drained' }),
      node(of, 3, 'ready', { scheduling: 'cordoned' }),
    ];
    assert.deepEqual(
      planLayers(snapshot({ layers: [of], nodes })).remove.map(({ num }) => num),
      [2, 3],
    );
  });
  it('counts nodes that are lost or not there yet', () =>
    assert.deepEqual(
      plan(3, [
        [1, 'lost'],
        [2, 'launching'],
        [3, 'pending'],
      ]),
      { add: [], remove: [] },
    ));
  it('goes on removing what is being removed, and does not give its number away', () =>
    assert.deepEqual(plan(2, [[1], [2, 'removing']]), { add: ['app-runtime-3'], remove: [2] }));
  it('knows each layer by itself', () => {
    const custom = layer(3, 'db', 'custom', { count: 1 });
    assert.deepEqual(
      planLayers(snapshot({ layers: [runtime, custom], nodes: [] })).add.map(({ name }) => name),
      ['app-db-1'],
    );
  });

  it('always ends with the wanted number of nodes, unique numbers, and removes no more than it must', () => {
    const nodes = fc.uniqueArray(
      fc.tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom('ready', 'lost', 'removing', 'booting')),
      { selector: ([num]) => num },
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }), nodes, (count, rows) => {
        const { add, remove } = plan(count, rows as [number, NodeStatus][]);
        const leaving = rows.filter(([, status]) => status === 'removing').length;
        assert.equal(rows.length - remove.length + add.length, count);
        assert.equal(
          new Set([...add, ...rows.map(([num]) => `app-runtime-${num}`)]).size,
          add.length + rows.length,
        );
        assert.ok(add.length === 0 || remove.length === leaving);
      }),
    );
  });
});
