import assert from 'node:assert/strict';
import { generateSshKeyPair } from '../../../../provisioner/ssh/host-key.js';
import { ApiHarness, type Caller } from '../../../support/server/api-harness.js';
import { storeFormation, storeLayer, storeNode } from '../../../support/server/stored-formation.js';

describe('formations on the nodes of another', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let ada: Caller;
  let bob: Caller;
  let eve: Caller;
  before(async () => {
    api = await ApiHarness.start();
    ada = await api.register('ada');
    bob = await api.register('bob', ada);
    eve = await api.register('eve', ada);
    await ada.post('/api/formations', { id: 'platform' }).expect(201);
    const { stores } = api.db;
    const platform = await stores.formations.byName('platform');
    assert.ok(platform);
    const { user } = await storeFormation(stores, 'other');
    await storeNode(stores, await storeLayer(stores, { user, formation: platform }), 1);
  });
  after(() => api.close());

  const operations = async (formation: string): Promise<string[]> =>
    (await ada.get(`/api/formations/${formation}/operations`).expect(200)).body.results.map(
      ({ kind }: { kind: string }) => kind,
    );

  it('are for collaborators of the host and more: to strangers there is none, viewers are refused', async () => {
    const wish = (id: string) => ({ id, on: 'platform' });
    const unknown = (await bob.post('/api/formations', wish('shop')).expect(400)).body;
    assert.match(JSON.stringify(unknown), /no formation/);
    await ada.post('/api/formations/platform/perms', { username: 'bob', role: 'viewer' }).expect(200);
    await bob.post('/api/formations', wish('shop')).expect(403);
    assert.deepEqual(await operations('platform'), []);
    await ada.post('/api/formations/platform/perms', { username: 'bob', role: 'collaborator' }).expect(200);
    const { body } = await bob.post('/api/formations', wish('shop')).expect(201);
    assert.deepEqual([body.on, body.guests, body.layers, body.urls], ['platform', [], {}, []]);
    await ada.post('/api/formations', wish('blog')).expect(201);
    const shown = (await ada.get('/api/formations/platform').expect(200)).body;
    assert.deepEqual([shown.on, shown.guests], [null, ['blog', 'shop']]);
    // Its members are its own.
    await eve.get('/api/formations/shop').expect(404);
    await ada.get('/api/formations/shop').expect(404);
  });

  it('have the nodes of their host made ready with the first of them, once', async () => {
    assert.deepEqual(await operations('platform'), ['converge']);
  });

  it('live on no guest, have no flavor, and not the name that proxies use', async () => {
    await bob.post('/api/formations', { id: 'more', on: 'shop' }).expect(409);
    const { body } = await ada.post('/api/formations', { id: 'default', on: 'platform' }).expect(400);
    assert.match(JSON.stringify(body), /default/);
    await ada.post('/api/formations', { id: 'more', on: 'nosuch' }).expect(400);
  });

  it('show the nodes of their host, and have none to change', async () => {
    const nodesOf = async (person: typeof bob, name: string) =>
      (await person.get(`/api/formations/${name}/nodes`).expect(200)).body.results as {
        id: string;
        own: boolean;
      }[];
    const nodes = await nodesOf(bob, 'shop');
    const ofHost = await nodesOf(ada, 'platform');
    assert.ok(ofHost.length > 0 && ofHost.every(({ own }) => own));
    assert.deepEqual(
      nodes,
      ofHost.map((each) => ({ ...each, own: false })),
    );
    const node = nodes[0]!.id;
    await bob.get(`/api/formations/shop/nodes/${node}`).expect(200);
    for (const [path, body] of [
      ['scale/layers', { runtime: 3 }],
      [`nodes/${node}/drain`, {}],
      [`nodes/${node}/cordon`, {}],
    ] as const) {
      const answer = await bob.post(`/api/formations/shop/${path}`, body);
      assert.deepEqual([path, answer.status], [path, 409]);
      assert.match(answer.text, /lives on those of platform/);
    }
    await bob.delete(`/api/formations/shop/nodes/${node}`).expect(409);
    assert.deepEqual((await bob.get('/api/formations/shop/layers').expect(200)).body.results, []);
  });

  it('take out and trust nodes of their own, and leave the rest for when they live there', async () => {
    const { stores } = api.db;
    const user = (await stores.users.byUsername('owner-of-other'))!;
    const shop = (await stores.formations.byName('shop'))!;
    const layer = await storeLayer(stores, { user, formation: shop }, 'proxy');
    const [first, second] = [await storeNode(stores, layer, 1), await storeNode(stores, layer, 2)];
    await stores.layers.setCount(layer.id, 2);
    const at = (node: string): string => `/api/formations/shop/nodes/${node}`;
    await bob.post(`${at(first.name)}/trust`, { host_key: generateSshKeyPair().publicKey }).expect(200);
    await bob.post(`${at(first.name)}/drain`).expect(409);
    await bob.delete(at('node-runtime-1')).expect(404);
    await bob.delete(at(first.name)).expect(202);
    await stores.formations.setPlaces(shop.id, { formerHostId: shop.id });
    const { text } = await bob.delete(at(second.name)).expect(409);
    assert.match(text, /deis formations:move shop --finish/);
    await stores.formations.setPlaces(shop.id, { formerHostId: null });
  });

  it('keep their host from being destroyed, and are named', async () => {
    const { text } = await ada.delete('/api/formations/platform').expect(409);
    assert.match(text, /blog, shop live on the nodes of platform/);
    await ada.delete('/api/formations/blog').expect(202);
  });
});
