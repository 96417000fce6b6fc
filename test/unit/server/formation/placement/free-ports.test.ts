import assert from 'node:assert/strict';
import { FreePorts } from '../../../../../server/formation/placement/free-ports.js';
import { placeContainers } from '../../../../../server/formation/placement/place-containers.js';
import { node, runtime, snapshot } from '../../../../support/server/formation-snapshots.js';

describe('FreePorts', () => {
  it('chooses other ports at the next generations, so that a port in foreign hands fails one deploy only', () => {
    const portsAt = (generation: number): number[] => {
      const given = snapshot({ nodes: [node(runtime, 1)], formation: { generation } });
      return placeContainers(given, 1, new Map([['web', 20]])).start.map(({ port }) => port);
    };
    const first = new Set(portsAt(7));
    for (const retry of [8, 9, 10, 11])
      assert.deepEqual(
        portsAt(retry).filter((port) => first.has(port)),
        [],
      );
    assert.deepEqual(portsAt(7), [...first], 'deterministic');
  });

  it('goes on at the lowest port after the highest', () => {
    // 67 * 97 = 6499: begins at 6499; with everything from there on taken, what is left is at the bottom.
    const held = Array.from({ length: 9999 - 6499 + 1 }, (_, index) => ({ nodeId: 'n', port: 6499 + index }));
    assert.equal(new FreePorts([held], 67).take('n'), 5000);
  });

  it('counts for each node of its own', () => {
    const ports = new FreePorts([[{ nodeId: 'a', port: 5000 }], []], 0);
    assert.deepEqual([ports.take('a'), ports.take('a'), ports.take('b')], [5001, 5002, 5000]);
  });
});
