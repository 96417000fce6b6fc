import assert from 'node:assert/strict';
import {
  letsIn,
  serviceAddress,
  wantedClients,
} from '../../../../../server/formation/services/service-truth.js';
import { fillTemplate, variableOf } from '../../../../../server/formation/services/service-url.js';
import { layer, node, proxy, runtime, snapshot } from '../../../../support/server/formation-snapshots.js';

const box = layer(3, 'box', 'box');
const platform = { ...snapshot().formation, id: 9, name: 'platform' };
const settings = { mode: 'tcp', tcpPort: 5432 } as const;
const at = (address: string | null, privateAddress: string | null) => ({ address, privateAddress });

const db = (more: Parameters<typeof snapshot>[0] = {}) =>
  snapshot({
    layers: [runtime, proxy],
    nodes: [
      node(runtime, 1),
      node(proxy, 1, 'ready', at('192.0.2.1', '10.0.0.1')),
      node(proxy, 2, 'ready', at('192.0.2.2', '10.0.0.2')),
    ],
    ...more,
    formation: { id: 1, name: 'db', proxySettings: settings, ...more.formation },
  });
const shop = (more: Parameters<typeof snapshot>[0] = {}) =>
  snapshot({
    layers: [runtime, proxy],
    nodes: [node(runtime, 1, 'ready', at('192.0.2.11', '10.0.1.1')), node(proxy, 1)],
    ...more,
    formation: { id: 2, name: 'shop', ...more.formation },
  });

describe('where a formation finds its service', () => {
  it('is the first proxy that is ready, by the network that both share', () => {
    assert.equal(serviceAddress(db(), shop()), '192.0.2.1:5432');
    const guest = { host: platform, formation: { hostId: 9 } };
    const [near, other] = [db(guest), shop({ host: platform, formation: { hostId: 9 } })];
    assert.equal(serviceAddress(near, other), '10.0.0.1:5432');
    const booting = [
      node(proxy, 1, 'booting', at('192.0.2.1', null)),
      node(proxy, 2, 'ready', at('192.0.2.2', null)),
    ];
    assert.equal(serviceAddress(db({ nodes: booting }), shop()), '192.0.2.2:5432');
    assert.equal(serviceAddress(db({ nodes: [] }), shop()), undefined);
    assert.equal(serviceAddress(db({ formation: { proxySettings: {} } }), shop()), undefined);
  });

  it('stays while a proxy is there, and goes to another one when it is lost, replaced or has another port', () => {
    assert.equal(serviceAddress(db(), shop(), '192.0.2.2:5432'), '192.0.2.2:5432');
    assert.equal(serviceAddress(db(), shop(), '192.0.2.9:5432'), '192.0.2.1:5432');
    assert.equal(serviceAddress(db(), shop(), '192.0.2.2:5433'), '192.0.2.1:5432');
    const lost = [
      node(proxy, 1, 'lost', at('192.0.2.1', null)),
      node(proxy, 2, 'ready', at('192.0.2.2', null)),
    ];
    assert.equal(serviceAddress(db({ nodes: lost }), shop(), '192.0.2.1:5432'), '192.0.2.2:5432');
    const alone = lost.slice(0, 1);
    assert.equal(serviceAddress(db({ nodes: alone }), shop(), '192.0.2.1:5432'), undefined);
  });
});

describe('whom a service lets in', () => {
  it('is all addresses of nodes that run containers of who is attached', () => {
    assert.deepEqual(wantedClients(db(), [shop()]), { clients: ['10.0.1.1', '192.0.2.11'], neighbours: [] });
    assert.deepEqual(wantedClients(db(), []), { clients: [], neighbours: [] });
  });

  it('is formations on the same nodes by name, too: on a box their containers come with addresses of their own', () => {
    const nodes = [node(box, 1, 'ready', at('192.0.2.1', '10.0.0.1'))];
    const on = { layers: [box], nodes };
    const provider = db({ ...on, host: platform, formation: { hostId: 9 } });
    const guest = shop({ ...on, host: platform, formation: { hostId: 9 } });
    const host = snapshot({ ...on, formation: { id: 9, name: 'platform' } });
    const wanted = wantedClients(provider, [guest, host, shop()]);
    assert.deepEqual(wanted.neighbours, [{ id: 'platform' }, { id: 'shop', host: 'platform' }]);
    assert.deepEqual(wanted.clients, ['10.0.0.1', '10.0.1.1', '192.0.2.1', '192.0.2.11']);
  });

  it('is open to who has been let in, whatever others may', () => {
    const wanted = { clients: ['10.0.0.1'], neighbours: [{ id: 'shop', host: 'platform' }] };
    assert.ok(letsIn({ clients: ['10.0.0.1', '10.0.0.2'], neighbours: wanted.neighbours }, wanted));
    assert.ok(!letsIn({ clients: ['10.0.0.2'], neighbours: wanted.neighbours }, wanted));
    assert.ok(!letsIn({ clients: ['10.0.0.1'], neighbours: [{ id: 'shop' }] }, wanted));
  });
});

describe('the variable of a service', () => {
  it('is called as the service, and holds the template with its address', () => {
    assert.equal(variableOf('orders-db'), 'ORDERS_DB_URL');
    assert.equal(
      fillTemplate('redis://:s3cret@{host}:{port}/0', '10.0.0.1:6379'),
      'redis://:s3cret@10.0.0.1:6379/0',
    );
  });

  it('must say where the address belongs, and its text is not repeated', () => {
    for (const template of ['postgres://user:hunter2@db/app', '{host}', 'tcp://{port}:{host}'])
      assert.throws(
        () => fillTemplate(template, '10.0.0.1:5432'),
        (error: Error) => error.message.includes('{host}:{port}') && !error.message.includes('hunter2'),
      );
  });
});
