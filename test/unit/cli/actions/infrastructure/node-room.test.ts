import assert from 'node:assert/strict';
import { nodeRoom, roomTable } from '../../../../../cli/actions/infrastructure/node-room.js';

const mebi = 2 ** 20;
const size = { memory: 1936.5 * mebi, cpus: 2 };
const left = {
  limits: { memory: 1424.5 * mebi, cpus: 1.5 },
  use: { memory: 1630 * mebi, cpus: 1.876 },
};

describe('what is left on a node', () => {
  it('is what limits leave of all there is, and what is not in use now', () => {
    assert.deepEqual(
      [nodeRoom({ size, left }, 'memory'), nodeRoom({ size, left }, 'cpus')],
      ['1424M of 1936M, now 1630M', '1.5 of 2, now 1.88'],
    );
    const over = { limits: { memory: -64 * mebi, cpus: -1 }, use: null };
    assert.deepEqual(
      [nodeRoom({ size, left: over }, 'memory'), nodeRoom({ size, left: over }, 'cpus')],
      ['-64M of 1936M', '-1 of 2'],
    );
  });

  it('is not said where it is not known, not ours to know, or not told by the controller', () => {
    assert.deepEqual([nodeRoom({ size: null, left: null }, 'memory'), nodeRoom({}, 'cpus')], [null, null]);
  });

  it('stands below the containers, for nodes that run some', () => {
    const nodes = [
      { id: 'app-proxy-1', kind: 'proxy', size, left },
      { id: 'app-runtime-1', kind: 'runtime', size, left },
      { id: 'app-runtime-2', kind: 'runtime', size: null, left: null },
    ];
    assert.deepEqual(roomTable(nodes), [
      'NODE           MEMORY LEFT                CPU LEFT\n' +
        'app-runtime-1  1424M of 1936M, now 1630M  1.5 of 2, now 1.88',
    ]);
    assert.deepEqual([roomTable([]), roomTable([nodes[2]!])], [[], []]);
  });
});
