import assert from 'node:assert/strict';
import fc from 'fast-check';
import { proxyEndpoint } from '../../../../../cookbooks/deis/definitions/proxy/proxy-endpoint.js';
import { defaultRunLists } from '../../../../../cookbooks/run-list.js';
import { appUrls } from '../../../../../server/formation/databag/app-urls.js';
import { calculateDatabag } from '../../../../../server/formation/databag/calculate-databag.js';
import { nodesOfKind, openNodes } from '../../../../../server/formation/databag/snapshot-view.js';
import { convergeTarget } from '../../../../../server/formation/converge/converge-target.js';
import { placeContainers } from '../../../../../server/formation/placement/place-containers.js';
import {
  container,
  layer,
  node,
  proxy,
  release,
  runtime,
  snapshot,
} from '../../../../support/server/formation-snapshots.js';

const box = layer(3, 'vps', 'box', { level: 15, runList: [...defaultRunLists.box] });
const alone = node(box, 1);
const live = release(6, { state: 'live' });
const facts = { controllers: ['10.0.0.1'], healthSeconds: 60 };
const boxed = (more: Parameters<typeof snapshot>[0] = {}) =>
  snapshot({
    layers: [box],
    nodes: [alone],
    releases: [live],
    containers: [container(alone.id, 'web', 1, 5000, 'serving', 6, 1)],
    ...more,
    formation: { liveReleaseId: 6, ...more.formation },
  });

describe('a node that is runtime node and proxy at once', () => {
  it('is counted as both, and as nothing else', () => {
    const mixed = { layers: [runtime, proxy, box], nodes: [node(runtime, 1), node(proxy, 1), alone] };
    const names = (kind: 'runtime' | 'proxy' | 'box' | 'custom'): string[] =>
      nodesOfKind(mixed, kind).map(({ name }) => name);
    assert.deepEqual(names('runtime'), ['app-runtime-1', 'app-vps-1']);
    assert.deepEqual(names('proxy'), ['app-proxy-1', 'app-vps-1']);
    assert.deepEqual([names('box'), names('custom')], [['app-vps-1'], []]);
    assert.deepEqual(
      openNodes(mixed).map(({ name }) => name),
      ['app-runtime-1', 'app-vps-1'],
    );
  });

  it('is in the databag as a proxy that sends to itself', () => {
    const databag = calculateDatabag(boxed(), facts);
    assert.deepEqual(databag.proxies, ['app-vps-1']);
    assert.deepEqual(databag.proxy.backends, ['10.0.3.1:5000']);
    assert.deepEqual(databag.nodes, { vps: { 'app-vps-1': '10.0.3.1' } });
    const shown = { owner: 'ada', liveVersion: 1, tcpPort: null, domains: [], certified: [], host: null };
    const summary = { name: 'vps', kind: 'box', count: 1, ready: 1, addresses: ['192.0.2.7'] } as const;
    assert.deepEqual(appUrls({ ...shown, layers: [summary] }), ['http://192.0.2.7/']);
  });

  it('has its containers kept from the ports of all nodes with containers, at every address that is known', () => {
    const ground = { ...snapshot().formation, id: 2, name: 'platform' };
    const fenced = (more: Parameters<typeof snapshot>[0], controllers = facts.controllers): unknown =>
      calculateDatabag(boxed(more), { ...facts, controllers }).fenced;
    const own = node(runtime, 1, 'lost', { address: '192.0.2.1' });
    const others = [own, node(proxy, 1), node(layer(4, 'db', 'custom'), 1)];
    const boxes = [
      node(box, 2, 'booting', { address: '10.0.3.2' }),
      node(box, 3, 'booting', { address: null }),
    ];
    const mixed = {
      layers: [runtime, proxy, box, layer(4, 'db', 'custom')],
      nodes: [node(box, 1, 'removing', { address: 'vps.example.com' }), ...boxes, ...others],
    };
    assert.deepEqual(fenced(mixed), ['10.0.1.1', '10.0.3.1', '10.0.3.2', '10.0.3.3', '192.0.2.1']);
    assert.equal(fenced({ ...mixed, host: ground, formation: { hostId: 2 } }), undefined);
    // Where no node with containers is let in by others nothing changes, and with the controller on one it is.
    const apart = { layers: [runtime, proxy], nodes: [own, node(proxy, 1)], containers: [] };
    assert.ok(!('fenced' in calculateDatabag(boxed(apart), facts)));
    assert.deepEqual(fenced(apart, ['10.0.1.1']), ['10.0.1.1', '192.0.2.1']);
    assert.ok(!('fenced' in calculateDatabag(boxed(apart), { ...facts, controllers: ['10.0.2.1'] })));
  });

  it('has guests whose containers hold up nobody else', () => {
    const ground = { ...snapshot().formation, id: 2, name: 'platform' };
    const { guest, runList } = convergeTarget(boxed({ host: ground, formation: { hostId: 2 } }), alone);
    assert.deepEqual(guest, { name: 'app', takesTurns: false });
    assert.deepEqual(runList, ['recipe[deis::default]', 'recipe[deis::runtime]', 'recipe[deis::proxy]']);
  });

  it('gives out no port that nginx listens on', () => {
    assert.equal(new URL(proxyEndpoint).port, '9091');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 60 }), (generation, count) => {
        const { start } = placeContainers(boxed({ formation: { generation } }), 7, new Map([['web', count]]));
        assert.equal(start.length, count);
        assert.ok(start.every(({ port }) => port !== 9090 && port !== 9091));
      }),
      // The generation at which the first port would be 9090: 4090 of 5000, in strides of 97.
      { examples: [[generationOf(9090), 2]] },
    );
  });
});

/** The generation whose first port is this one. */
function generationOf(port: number): number {
  for (let generation = 0; generation < 5000; generation += 1)
    if (5000 + ((generation * 97) % 5000) === port) return generation;
  throw new Error(`no generation begins at ${port}`);
}
