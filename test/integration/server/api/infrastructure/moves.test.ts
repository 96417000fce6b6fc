import assert from 'node:assert/strict';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';
import { storeFormation, storeLayer, storeNode } from '../../../../support/server/stored-formation.js';

/**
 * Ada owns the hosts `platform` and `large`, Bob the guest `shop` on the first; Cora is its admin, Dan its
 * collaborator.
 */
describe('moves of formations', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let ada: Caller;
  let bob: Caller;
  let cora: Caller;
  let dan: Caller;

  before(async () => {
    api = await ApiHarness.start();
    ada = await api.register('ada');
    [bob, cora, dan] = [
      await api.register('bob', ada),
      await api.register('cora', ada),
      await api.register('dan', ada),
    ];
    for (const id of ['platform', 'large']) await ada.post('/api/formations', { id }).expect(201);
    await share('platform', 'bob');
    await bob.post('/api/formations', { id: 'shop', on: 'platform' }).expect(201);
    await bob.post('/api/formations/shop/perms', { username: 'cora', role: 'admin' }).expect(200);
    await bob.post('/api/formations/shop/perms', { username: 'dan', role: 'collaborator' }).expect(200);
    const { stores } = api.db;
    const { user } = await storeFormation(stores, 'other');
    const formation = (await stores.formations.byName('large'))!;
    const { id } = await storeNode(stores, await storeLayer(stores, { user, formation }, 'proxy'), 1);
    await stores.nodes.update(id, { status: 'ready', address: '203.0.113.40', privateAddress: '10.0.0.40' });
  });
  after(() => api.close());

  const share = (host: string, username: string) =>
    ada.post(`/api/formations/${host}/host-shares`, { username }).expect(201);
  const move = (caller: Caller, body: object, formation = 'shop') =>
    caller.post(`/api/formations/${formation}/move`, body);

  it('are for admins of the formation who may place formations there', async () => {
    await move(dan, { on: 'large' }).expect(403);
    const unknown = (await move(cora, { on: 'large' }).expect(400)).body as { field: string };
    assert.equal(unknown.field, 'on');
    await share('large', 'cora');
    await ada.post('/api/formations/large/quotas', { containers: 5, guests: 0 }).expect(200);
    // The number of guests is its owner's.
    assert.match(
      ((await move(cora, { on: 'large' }).expect(409)).body as { detail: string }).detail,
      /each person may have 0 formations on the nodes of large/,
    );
    await ada.post('/api/formations/large/quotas', { guests: 1 }).expect(200);
    const { body } = await move(cora, { on: 'large' }).set('Prefer', 'respond-async').expect(202);
    assert.equal(body.kind, 'move');
    const shown = (await bob.get('/api/formations/shop').expect(200)).body;
    assert.deepEqual([shown.on, shown.also_on, shown.passed_on_by], ['platform', 'large', null]);
    assert.deepEqual((await ada.get('/api/formations/large').expect(200)).body.guests, ['shop']);
    const { text } = await ada.delete('/api/formations/large').expect(409);
    assert.match(text, /shop has not left the nodes of large, or moves there/);
    await cora.post(`/api/operations/${body.id}/cancel`).expect(200);
    assert.equal((await bob.get('/api/formations/shop').expect(200)).body.also_on, null);
  });

  it('name one thing to do, of a formation that lives on the nodes of another', async () => {
    for (const body of [{}, { on: 'large', finish: true }, { finish: false }])
      await move(bob, body).expect(400);
    assert.match((await move(bob, { finish: true }).expect(409)).text, /has not moved/);
    assert.match((await move(ada, { on: 'large' }, 'platform').expect(409)).text, /nodes of its own/);
  });

  it('count for the heir, too, who accepts the formation while it moves', async () => {
    const eve = await api.register('eve', ada);
    await share('large', 'eve');
    await eve.post('/api/formations', { id: 'blog', on: 'large' }).expect(201);
    await bob.post('/api/formations/shop/transfer', { username: 'eve' }).expect(201);
    const { body } = await move(cora, { on: 'large' }).set('Prefer', 'respond-async').expect(202);
    const refused = (await eve.post('/api/transfers/shop/accept').expect(409)).body as { detail: string };
    assert.match(refused.detail, /may have 1 formation on the nodes of large \(eve has blog\)/);
    await cora.post(`/api/operations/${body.id}/cancel`).expect(200);
    await eve.post('/api/transfers/shop/accept').expect(200);
    // Hers is the number that counts from now on.
    assert.match((await move(cora, { on: 'large' }).expect(409)).text, /eve has blog/);
  });

  it('are ended by those who run the former host, who are told what is left there and no more', async () => {
    const { formations } = api.db.stores;
    const [platform, large, shop] = await Promise.all(
      ['platform', 'large', 'shop'].map(async (name) => (await formations.byName(name))!),
    );
    const finish = (caller: Caller, guest = 'shop') =>
      caller.post('/api/formations/platform/finish-guest', { guest });
    await finish(ada).expect(404);
    await formations.setPlaces(shop!.id, { hostId: large!.id, formerHostId: platform!.id });
    await finish(bob).expect(404);
    await finish(ada, 'nosuch').expect(404);
    api.worker.outcome = { state: 'failed', error: { message: 'platform-proxy-1 cannot be reached' } };
    const { body } = await finish(ada).expect(200);
    assert.deepEqual(body, { guest: 'shop', has_left: false, error: 'platform-proxy-1 cannot be reached' });
    // It stands among the guest's own.
    const { results } = (await bob.get('/api/formations/shop/operations').expect(200)).body;
    assert.deepEqual([results[0].kind, results[0].requested_by], ['finish-move', 'ada']);
  });
});
