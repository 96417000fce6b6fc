import assert from 'node:assert/strict';
import fc from 'fast-check';
import { calculateDatabag } from '../../../../../server/formation/databag/calculate-databag.js';
import { appUrls } from '../../../../../server/formation/databag/app-urls.js';
import { sharedName } from '../../../../../server/formation/databag/sharing.js';
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

const facts = { controllers: ['10.0.0.1'], healthSeconds: 60 };
const named = { ...facts, domain: 'apps.example.com' };
const nodes = [node(runtime, 1), node(runtime, 2), node(proxy, 1)];
const host = {
  ...snapshot().formation,
  id: 2,
  name: 'platform',
  proxySettings: { trusted: ['10.1.0.0/16'], proxyProtocol: true },
};
const live = release(6, { state: 'live' });
const guest = (more: Parameters<typeof snapshot>[0] = {}) =>
  snapshot({
    host,
    nodes,
    releases: [live],
    containers: [container('app-runtime-1', 'web', 1, 5000, 'serving', 6, 1)],
    ...more,
    formation: { hostId: 2, liveReleaseId: 6, name: 'shop', ...more.formation },
  });

describe('the databag of formations that share nodes', () => {
  it('says so, and nothing of it where a formation has its nodes for itself', () => {
    const alone = calculateDatabag(snapshot({ nodes }), named);
    for (const key of ['host', 'hasGuests', 'isLeaving']) assert.ok(!(key in alone), key);
    assert.deepEqual(alone.proxy.domains, []);
    assert.equal(calculateDatabag(snapshot({ nodes, guests: ['shop'] }), facts).hasGuests, true);
    const { host: ground, hasGuests } = calculateDatabag(guest(), facts);
    assert.deepEqual([ground, hasGuests], ['platform', undefined]);
  });

  it("has its name below the platform's domain, and what stands before its host's proxies", () => {
    assert.deepEqual(calculateDatabag(guest(), facts).proxy.domains, []);
    const own = guest({ formation: { proxySettings: { trusted: ['0.0.0.0/0'], timeoutSeconds: 5 } } });
    const site = calculateDatabag(own, named).proxy;
    assert.deepEqual(site.domains, ['shop.apps.example.com']);
    assert.deepEqual([site.trusted, site.proxyProtocol, site.timeoutSeconds], [['10.1.0.0/16'], true, 5]);
    assert.deepEqual(calculateDatabag(snapshot({ nodes, guests: ['shop'] }), named).proxy.domains, [
      'app.apps.example.com',
    ]);
  });

  it('of one that goes places nothing', () => {
    const databag = calculateDatabag(guest({ formation: { destroying: true } }), facts);
    assert.deepEqual([databag.isLeaving, databag.placements, databag.proxy.backends], [true, [], []]);
  });

  it('is brought to a node apart from that of its host, without recipes of others', () => {
    const own = layer(1, 'runtime', 'runtime');
    const mixed = { ...own, runList: [...own.runList, 'recipe[deis::runtime]', 'recipe[mydb::default]'] };
    const asHost = convergeTarget(snapshot({ layers: [mixed, proxy], nodes }), nodes[0]!);
    assert.ok(!('guest' in asHost) && asHost.runList.includes('recipe[mydb::default]'));
    const asGuest = convergeTarget(guest({ layers: [mixed, proxy] }), nodes[0]!);
    assert.deepEqual(asGuest.guest, { name: 'shop', takesTurns: false });
    assert.ok(asGuest.runList.every((recipe) => recipe.startsWith('recipe[deis::')));
    assert.equal(convergeTarget(guest(), nodes[2]!).guest?.takesTurns, true);
  });
});

describe('placing containers beside those of others', () => {
  it('gives out no port that another formation holds on the node', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 5000, max: 5400 }), { maxLength: 200 }),
        fc.integer({ min: 0, max: 5000 }),
        fc.integer({ min: 1, max: 20 }),
        (ports, generation, count) => {
          const others = nodes.flatMap(({ id: nodeId }) =>
            ports.map((port) => ({ nodeId, port, memory: null, cpus: null })),
          );
          const shared = guest({ others, formation: { generation } });
          const { start } = placeContainers(shared, 6, new Map([['web', count]]));
          assert.ok(start.every(({ port }) => !ports.includes(port)));
        },
      ),
    );
  });
});

describe('where an app is found that shares proxies', () => {
  const summary = {
    owner: 'ada',
    liveVersion: 1,
    tcpPort: null,
    domains: [],
    certified: [],
    host: 'platform',
    layers: [],
  };
  it('is its names alone', () => {
    assert.deepEqual(appUrls(summary), []);
    assert.deepEqual(appUrls(summary, 'shop.apps.example.com'), ['http://shop.apps.example.com/']);
    assert.deepEqual(
      appUrls({ ...summary, domains: ['a.com'], certified: ['*.apps.example.com'] }, 'shop.apps.example.com'),
      ['http://a.com/', 'https://shop.apps.example.com/'],
    );
  });

  it('has a name below the domain only where it shares', () => {
    const of = (host: string | null, guests: string[], domain?: string) =>
      sharedName('shop', { host, guests }, domain);
    assert.equal(of(null, [], 'apps.example.com'), undefined);
    assert.equal(of('platform', [], undefined), undefined);
    assert.equal(of('platform', [], 'apps.example.com'), 'shop.apps.example.com');
    assert.equal(of(null, ['blog'], 'apps.example.com'), 'shop.apps.example.com');
  });
});
