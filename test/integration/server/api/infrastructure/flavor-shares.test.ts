import assert from 'node:assert/strict';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';

interface Usable {
  readonly id: string;
  readonly owner: string;
  readonly provider_type: string;
  readonly shared: boolean;
}

/** Olga owns peachy; Oscar, an operator, and Vera are viewers, Adam is an admin, Mallory a stranger. */
describe('the flavors of a layer', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let olga: Caller;
  let oscar: Caller;
  let adam: Caller;
  let vera: Caller;
  let mallory: Caller;
  const base = '/api/formations/peachy';

  beforeEach(async () => {
    api = await ApiHarness.start();
    const root = await api.register('root');
    const register = (name: string) => api.register(name, root);
    [olga, oscar, adam] = [await register('olga'), await register('oscar'), await register('adam')];
    [vera, mallory] = [await register('vera'), await register('mallory')];
    await olga.post('/api/formations', { id: 'peachy' }).expect(201);
    for (const [username, role] of [
      ['oscar', 'viewer'],
      ['adam', 'admin'],
      ['vera', 'viewer'],
    ]) {
      await olga.post(`${base}/perms`, { username, role }).expect(200);
    }
    await oscar.post('/api/flavors', { id: 'large', provider: 'mock' }).expect(201);
    api.worker.outcome = { state: 'succeeded' };
  });
  afterEach(() => api.close());

  const make = (caller: Caller, id: string, flavor: string) => caller.post(`${base}/layers`, { id, flavor });
  const share = (caller: Caller, flavor: string) =>
    caller.post(`/api/flavors/${flavor}/shares`, { formation: 'peachy' });
  const usable = async (caller: Caller): Promise<string[]> => {
    const { results } = (await caller.get(`${base}/flavors`).expect(200)).body as { results: Usable[] };
    return results.map(
      ({ id, owner, provider_type: type, shared }) => `${owner}/${id} ${type}${shared ? ' shared' : ''}`,
    );
  };
  const madeOf = async (caller: Caller, id: string, flavor: string): Promise<string> => {
    const { body } = await make(caller, id, flavor).expect(201);
    return `${body.flavor_owner}/${body.flavor}`;
  };

  it('are those of whoever asks, never those of the owner', async () => {
    assert.equal(await madeOf(adam, 'a', 'mock'), 'adam/mock');
    assert.equal(await madeOf(olga, 'b', 'mock'), 'olga/mock');
    await olga.post('/api/flavors', { id: 'special', provider: 'mock' }).expect(201);
    for (const flavor of ['special', 'olga/special', 'olga/mock']) {
      const { body } = await make(adam, 'c', flavor).expect(400);
      assert.deepEqual([body.field, body.type], ['flavor', 'urn:problem-type:deis:unknown-name']);
      assert.equal(body.detail, `no flavor "${flavor}" of yours or shared with peachy`);
      await adam.patch(`${base}/layers/a`, { flavor }).expect(400);
    }
    await adam.get('/api/flavors/special').expect(404);
  });

  it('are also those that their owner has shared, until they are taken back', async () => {
    await make(olga, 'x', 'large').expect(400);
    const { body, headers } = await share(oscar, 'large').expect(201);
    assert.equal(body.formation, 'peachy');
    await share(oscar, 'large').expect(201);
    assert.equal(await madeOf(olga, 'x', 'large'), 'oscar/large');
    assert.equal(await madeOf(adam, 'y', 'oscar/large'), 'oscar/large');
    await adam.patch(`${base}/layers/y`, { flavor: 'large' }).expect(200);
    const shares = (await oscar.get('/api/flavors/large/shares').expect(200)).body as {
      results: { formation: string }[];
    };
    assert.deepEqual(
      shares.results.map(({ formation }) => formation),
      ['peachy'],
    );
    await oscar.delete(headers['location'] as string).expect(204);
    await oscar.delete(headers['location'] as string).expect(404);
    await make(olga, 'z', 'large').expect(400);
    await adam.patch(`${base}/layers/y`, { flavor: 'large' }).expect(400);
    const { results } = (await olga.get(`${base}/layers`).expect(200)).body as {
      results: Record<string, string>[];
    };
    assert.deepEqual(
      results.map((layer) => `${layer['id']} ${layer['flavor_owner']}/${layer['flavor']}`),
      ['x oscar/large', 'y oscar/large'],
    );
  });

  it("are one's own where the names clash, and OWNER/FLAVOR names the other", async () => {
    await share(oscar, 'large').expect(201);
    await olga.post('/api/flavors', { id: 'large', provider: 'mock' }).expect(201);
    assert.equal(await madeOf(olga, 'a', 'large'), 'olga/large');
    assert.equal(await madeOf(olga, 'b', 'oscar/large'), 'oscar/large');
    assert.equal(await madeOf(olga, 'c', 'olga/large'), 'olga/large');
    await share(olga, 'large').expect(201);
    const { body } = await make(adam, 'd', 'large').expect(400);
    assert.equal(body.field, 'flavor');
    assert.match(body.detail, /several flavors shared with peachy: say olga\/large or oscar\/large/);
    assert.equal(await madeOf(adam, 'd', 'olga/large'), 'olga/large');
    for (const odd of ['', '/', '/large', 'large/', 'oscar/', 'oscar/large/x', 'nobody/large', 'x\u0001']) {
      assert.equal((await make(adam, 'e', odd).expect(400)).body.field, 'flavor', odd);
    }
  });

  it('are shared by their owner alone, with formations that the owner is a member of', async () => {
    for (const caller of [olga, adam, mallory]) await share(caller, 'large').expect(404);
    await mallory.post('/api/flavors', { id: 'own', provider: 'mock' }).expect(201);
    const told = [];
    for (const formation of ['peachy', 'nosuch']) {
      const { body } = await mallory.post('/api/flavors/own/shares', { formation }).expect(400);
      told.push([body.field, body.detail.replace(formation, 'NAME')]);
    }
    assert.deepEqual(told[0], told[1]);
    await share(oscar, 'large').expect(201);
    for (const caller of [olga, adam, mallory]) {
      await caller.delete('/api/flavors/large/shares/peachy').expect(404);
      await caller.get('/api/flavors/large/shares').expect(404);
      await caller.get('/api/flavors/large').expect(404);
    }
  });

  it('are taken back by somebody who is no member any more, too', async () => {
    await share(oscar, 'large').expect(201);
    await olga.delete(`${base}/perms/oscar`).expect(204);
    assert.equal(await madeOf(olga, 'x', 'large'), 'oscar/large');
    await oscar.delete('/api/flavors/large/shares/peachy').expect(204);
    await make(olga, 'y', 'large').expect(400);
    await share(oscar, 'large').expect(400);
  });

  it('are used by right of their owner until that one loses the role, in whatever way', async () => {
    const { stores } = api.parts;
    const { id } = (await stores.formations.byName('peachy'))!;
    const isOwn = async (): Promise<boolean> => (await stores.layers.byName(id, 'x'))!.ownFlavor;
    const ways = [
      () => olga.delete(`${base}/perms/adam`).expect(204),
      () => adam.delete(`${base}/perms/adam`).expect(204),
      () => olga.post(`${base}/perms`, { username: 'adam', role: 'collaborator' }).expect(200),
      () => adam.post(`${base}/perms`, { username: 'adam', role: 'viewer' }).expect(200),
    ];
    for (const lose of ways) {
      await make(adam, 'x', 'mock').expect(201);
      assert.equal(await isOwn(), true);
      await lose();
      assert.equal(await isOwn(), false);
      await olga.post(`${base}/perms`, { username: 'adam', role: 'admin' }).expect(200);
      assert.equal(await isOwn(), false);
      await olga.delete(`${base}/layers/x`).expect(204);
    }
  });

  it('are listed for those who may make layers, without what is in them', async () => {
    assert.deepEqual(await usable(olga), ['olga/mock mock']);
    await share(oscar, 'large').expect(201);
    assert.deepEqual(await usable(olga), ['oscar/large mock shared', 'olga/mock mock']);
    assert.deepEqual(await usable(adam), ['oscar/large mock shared', 'adam/mock mock']);
    for (const caller of [vera, oscar]) await caller.get(`${base}/flavors`).expect(403);
    const pages = [];
    for (let path: string | null = `${base}/flavors?limit=1`; path !== null;) {
      const { body } = await adam.get(path).expect(200);
      pages.push([body.count, ...body.results.map(({ id }: Usable) => id)]);
      path = body.next as string | null;
    }
    assert.deepEqual(pages, [
      [2, 'large'],
      [2, 'mock'],
    ]);
  });

  it("of a new formation are its maker's", async () => {
    await share(oscar, 'large').expect(201);
    for (const flavor of ['large', 'oscar/large']) {
      assert.equal(
        (await olga.post('/api/formations', { id: 'second', flavor }).expect(400)).body.field,
        'flavor',
      );
    }
    await olga.post('/api/formations', { id: 'second', flavor: 'mock' }).expect(201);
    const { body } = await olga.get('/api/formations/second/layers/runtime').expect(200);
    assert.equal(body.flavor_owner, 'olga');
  });

  it('are in the audit log of the formation when they are shared and taken back', async () => {
    await share(oscar, 'large').expect(201);
    await make(adam, 'x', 'large').expect(201);
    await adam.patch(`${base}/layers/x`, { flavor: 'mock' }).expect(200);
    await oscar.delete('/api/flavors/large/shares/peachy').expect(204);
    const { results } = (await olga.get(`${base}/audit?limit=4`).expect(200)).body as {
      results: { actor: string; action: string; target: object; outcome: string }[];
    };
    assert.deepEqual(
      results.map(({ actor, action, target, outcome }) => [actor, action, target, outcome]),
      [
        ['oscar', 'DELETE /flavors/:flavor/shares/:share', { flavor: 'large', share: 'peachy' }, 'done'],
        [
          'adam',
          'PATCH /formations/:formation/layers/:layer',
          { layer: 'x', id: 'x', flavor: 'mock' },
          'done',
        ],
        ['adam', 'POST /formations/:formation/layers', { id: 'x', flavor: 'large' }, 'done'],
        ['oscar', 'POST /flavors/:flavor/shares', { flavor: 'large', formation: 'peachy' }, 'done'],
      ],
    );
  });

  it('go, with what they are shared with, when nothing uses them', async () => {
    await share(oscar, 'large').expect(201);
    await oscar.delete('/api/flavors/large').expect(204);
    assert.deepEqual(await usable(olga), ['olga/mock mock']);
    await oscar.post('/api/flavors', { id: 'large', provider: 'mock' }).expect(201);
    await make(olga, 'x', 'large').expect(400);
    await share(oscar, 'large').expect(201);
    await oscar.post('/api/auth/cancel', { password: 'correct horse battery' }).expect(204);
    assert.deepEqual(await usable(olga), ['olga/mock mock']);
  });
});
