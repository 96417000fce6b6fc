import assert from 'node:assert/strict';
import type { Layer, Node } from '../../../../../dashboard/api/types.js';
import { mayChangeNodes, shownLayers } from '../../../../../dashboard/screens/nodes/own-nodes.js';

const node = (id: string, layer: string, tags = {}): Node => ({ id, layer, tags }) as Node;
const layer = (id: string, count: number, tags = {}): Layer =>
  ({ id, count, tags, kind: 'runtime', flavor: 'mock' }) as unknown as Layer;

describe('layers and nodes', () => {
  const nodes = [node('shop-runtime-1', 'runtime'), node('shop-proxy-1', 'proxy')];

  it('are changed by those who may, and not those of a guest', () => {
    assert.equal(mayChangeNodes({ may: ['see', 'infrastructure'], on: null }), true);
    assert.equal(mayChangeNodes({ may: ['see'], on: null }), false);
    assert.equal(mayChangeNodes({ may: ['see', 'infrastructure'], on: 'platform' }), false);
  });

  it('are shown together, those without a node too', () => {
    assert.deepEqual(shownLayers({ on: null }, [layer('runtime', 2), layer('jobs', 0)], nodes), [
      { id: 'runtime', note: 'runtime, mock, 1 of 2 nodes', nodes: [nodes[0]] },
      { id: 'jobs', note: 'runtime, mock, 0 of 0 nodes', nodes: [] },
    ]);
  });

  it("are its host's, of a guest", () => {
    assert.deepEqual(shownLayers({ on: 'platform' }, [], nodes), [
      { id: 'runtime', note: 'of platform, 1 node', nodes: [nodes[0]] },
      { id: 'proxy', note: 'of platform, 1 node', nodes: [nodes[1]] },
    ]);
  });

  it('say their tags', () => {
    const fast = node('shop-fast-1', 'fast', { disk: 'ssd', zone: 'a' });
    const notes = [
      shownLayers({ on: null }, [layer('fast', 1, { disk: 'ssd', zone: 'a' })], [fast]),
      shownLayers({ on: 'platform' }, [], [fast]),
    ].map(([first]) => first!.note);
    assert.deepEqual(notes, [
      'runtime, mock, 1 of 1 nodes, disk=ssd zone=a',
      'of platform, 1 node, disk=ssd zone=a',
    ]);
  });
});
