import assert from 'node:assert/strict';
import type { Formation, Layer, Node } from '../../../../../dashboard/api/types.js';
import {
  everyAct,
  mayChangeNodes,
  mayMakeNodes,
  nodeActs,
  ownStay,
  schedulingText,
  shownLayers,
} from '../../../../../dashboard/screens/nodes/own-nodes.js';

const node = (id: string, layer: string, more: Partial<Node> = {}): Node =>
  ({ id, layer, own: true, tags: {}, ...more }) as Node;
const layer = (id: string, count: number, tags = {}): Layer =>
  ({ id, count, tags, kind: 'runtime', flavor: 'mock' }) as unknown as Layer;
const ofHost = { own: false };

describe('layers and nodes', () => {
  const nodes = [node('shop-runtime-1', 'runtime'), node('shop-proxy-1', 'proxy')];
  const hosts = [
    node('platform-runtime-1', 'runtime', ofHost),
    node('platform-proxy-1', 'proxy', ofHost),
    node('platform-runtime-2', 'runtime', ofHost),
  ];

  it('are changed by those who may, and not those of a guest', () => {
    assert.equal(mayChangeNodes({ may: ['see', 'infrastructure'], on: null }), true);
    assert.equal(mayChangeNodes({ may: ['see'], on: null }), false);
    assert.equal(mayChangeNodes({ may: ['see', 'infrastructure'], on: 'platform' }), false);
  });

  it('are shown together, those without a node too', () => {
    const shown = shownLayers({ on: null }, [layer('runtime', 2), layer('jobs', 0)], nodes);
    assert.deepEqual(shown, [
      { id: 'runtime', isOwn: true, note: 'runtime, mock, 1 of 2 nodes', nodes: [nodes[0]] },
      { id: 'jobs', isOwn: true, note: 'runtime, mock, 0 of 0 nodes', nodes: [] },
    ]);
  });

  it("are its host's, of a guest", () => {
    assert.deepEqual(shownLayers({ on: 'platform' }, [], hosts), [
      { id: 'runtime', isOwn: false, note: 'of platform, 2 nodes', nodes: [hosts[0], hosts[2]] },
      { id: 'proxy', isOwn: false, note: 'of platform, 1 node', nodes: [hosts[1]] },
    ]);
  });

  it("are then a guest's own, also where they are called as those of its host", () => {
    const own = [layer('runtime', 1), layer('box', 0)];
    const shown = shownLayers({ on: 'platform' }, own, [...hosts, nodes[0]!]);
    assert.deepEqual(
      shown.map(({ id, isOwn, note, nodes: its }) => [id, isOwn, note, its.map((each) => each.id)]),
      [
        ['runtime', false, 'of platform, 2 nodes', ['platform-runtime-1', 'platform-runtime-2']],
        ['proxy', false, 'of platform, 1 node', ['platform-proxy-1']],
        ['runtime', true, 'of its own, runtime, mock, 1 of 1 nodes', ['shop-runtime-1']],
        ['box', true, 'of its own, runtime, mock, 0 of 0 nodes', []],
      ],
    );
  });

  it('say their tags', () => {
    const tags = { disk: 'ssd', zone: 'a' };
    const notes = [
      shownLayers({ on: null }, [layer('fast', 1, tags)], [node('shop-fast-1', 'fast', { tags })]),
      shownLayers({ on: 'platform' }, [], [node('platform-fast-1', 'fast', { tags, ...ofHost })]),
    ].map(([first]) => first!.note);
    assert.deepEqual(notes, [
      'runtime, mock, 1 of 1 nodes, disk=ssd zone=a',
      'of platform, 1 node, disk=ssd zone=a',
    ]);
  });
});

describe('what can be done to a node', () => {
  const shop = (more: Partial<Formation>): Formation =>
    ({
      id: 'shop',
      on: 'platform',
      passed_on_by: null,
      may: ['see', 'infrastructure'],
      ...more,
    }) as Formation;
  const viewer = { may: ['see'] } as Partial<Formation>;
  const [own, hosts] = [node('shop-runtime-1', 'runtime'), node('platform-runtime-1', 'runtime', ofHost)];

  it('is all of it where the formation lives on it', () => {
    assert.deepEqual(nodeActs(shop({ on: null }), own), everyAct);
    assert.deepEqual(nodeActs(shop({ on: null, passed_on_by: 'platform' }), own), everyAct);
    assert.deepEqual(nodeActs(shop({ on: null, ...viewer }), own), []);
  });

  it("is nothing of a host's node, and nothing for a viewer", () => {
    for (const formation of [shop({}), shop({ passed_on_by: 'shop' }), shop(viewer)])
      assert.deepEqual(nodeActs(formation, hosts), []);
    assert.deepEqual(nodeActs(shop(viewer), own), []);
    assert.equal(mayMakeNodes(shop(viewer)), false);
  });

  it('is of an idle one what needs no container on it', () => {
    const idle = ['replace', 'destroy', 'trust'];
    assert.deepEqual(nodeActs(shop({}), own), idle);
    // What a move from there, or one that was given up, has left: it goes with the node.
    assert.deepEqual(nodeActs(shop({ also_on: 'shop' }), own), idle);
    assert.deepEqual(nodeActs(shop({ passed_on_by: 'large' }), own), idle);
    assert.equal(mayMakeNodes(shop({})), true);
    assert.equal(ownStay(shop({})), undefined);
  });

  it('is none of that while they pass on, for which somebody is told what to do', () => {
    const passing = shop({ passed_on_by: 'shop' });
    assert.deepEqual(nodeActs(passing, own), ['trust']);
    assert.match(ownStay(passing) ?? '', /pass on what still reaches them.*finish the move/);
  });
});

describe('whether a node takes containers, in words', () => {
  const share = { count: 1, memory: 0, unlimited: 1 };
  const containers = { shop: share, blog: share, app: { ...share, count: 0 } };
  const text = (more: Partial<Node>) => schedulingText(node('app-runtime-1', 'runtime', more));

  it('names who could not leave', () => {
    assert.equal(text({ scheduling: 'drained', containers }), 'but for blog, shop');
    assert.equal(text({ scheduling: 'drained', containers: {} }), '');
    assert.equal(text({ scheduling: 'cordoned', containers }), '');
  });
});
