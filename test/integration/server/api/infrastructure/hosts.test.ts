import assert from 'node:assert/strict';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';
import { storeFormation, storeLayer, storeLiveApp } from '../../../../support/server/stored-formation.js';

/** Root is admin of the platform; Ada owns the hosts, Bob and Eve have no role in them. */
describe('hosts of formations', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let root: Caller;
  let ada: Caller;
  let bob: Caller;
  let eve: Caller;
  const base = '/api/formations/platform';

  beforeEach(async () => {
    api = await ApiHarness.start();
    root = await api.register('root');
    [ada, bob, eve] = [
      await api.register('ada', root),
      await api.register('bob', root),
      await api.register('eve', root),
    ];
    for (const id of ['platform', 'annex']) await ada.post('/api/formations', { id }).expect(201);
    api.worker.outcome = { state: 'succeeded' };
  });
  afterEach(() => api.close());

  const hosts = async (caller: Caller): Promise<string[]> => {
    const { results } = (await caller.get('/api/hosts').expect(200)).body as {
      results: { id: string; owner: string; default: boolean }[];
    };
    return results.map(({ id, owner, default: isDefault }) => `${owner}/${id}${isDefault ? ' default' : ''}`);
  };
  const create = (caller: Caller, body: object) => caller.post('/api/formations', body);
  const makeDefault = async (host: string): Promise<void> => {
    await ada.post(`/api/formations/${host}/perms`, { username: 'root', role: 'admin' }).expect(200);
    await root.post(`/api/formations/${host}/default-host`, { default: true }).expect(200);
  };

  it('are open to whom they are shared with, who see nothing else of them, until that is taken back', async () => {
    await create(bob, { id: 'shop', on: 'platform' }).expect(400);
    assert.deepEqual(await hosts(bob), []);
    const { body, headers } = await ada.post(`${base}/host-shares`, { username: 'bob' }).expect(201);
    assert.equal(body.username, 'bob');
    await ada.post(`${base}/host-shares`, { username: 'bob' }).expect(201);
    assert.deepEqual(await hosts(bob), ['ada/platform']);
    assert.deepEqual(await hosts(eve), []);
    assert.equal((await create(bob, { id: 'shop', on: 'platform' }).expect(201)).body.on, 'platform');
    await bob.get(base).expect(404);
    await bob.get(`${base}/host-shares`).expect(404);
    await create(eve, { id: 'spy', on: 'platform' }).expect(400);
    const { results } = (await ada.get(`${base}/host-shares`).expect(200)).body as {
      results: { username: string }[];
    };
    assert.deepEqual(
      results.map(({ username }) => username),
      ['bob'],
    );
    await ada.delete(headers['location'] as string).expect(204);
    await ada.delete(headers['location'] as string).expect(404);
    await create(bob, { id: 'blog', on: 'platform' }).expect(400);
    assert.equal((await bob.get('/api/formations/shop').expect(200)).body.on, 'platform');
  });

  it('are open to a viewer by a share only', async () => {
    await ada.post(`${base}/perms`, { username: 'bob', role: 'viewer' }).expect(200);
    await create(bob, { id: 'shop', on: 'platform' }).expect(403);
    assert.deepEqual(await hosts(bob), []);
    await ada.post(`${base}/host-shares`, { username: 'bob' }).expect(201);
    await create(bob, { id: 'shop', on: 'platform' }).expect(201);
  });

  it('are shared by their admins, and name who is no user', async () => {
    await ada.post(`${base}/perms`, { username: 'bob', role: 'collaborator' }).expect(200);
    await bob.post(`${base}/host-shares`, { username: 'eve' }).expect(403);
    const { body } = await ada.post(`${base}/host-shares`, { username: 'nosuch' }).expect(400);
    assert.equal(body.field, 'username');
    assert.deepEqual(await hosts(bob), ['ada/platform']);
  });

  it('give their guests quotas, by name or for those to come, and take them back', async () => {
    const quota = (body: object) => ada.post(`${base}/quotas`, body);
    await create(ada, { id: 'shop', on: 'platform' }).expect(201);
    const all = { containers: 10, memory: 2 ** 31, cpus: 1.5, disk: 5 * 2 ** 30 };
    assert.deepEqual(
      (await quota({ guest: 'shop', containers: 10, memory: '2G', cpus: 1.5, disk: '5G' }).expect(200)).body,
      {
        guest: 'shop',
        quota: all,
        guests: null,
      },
    );
    await quota({ containers: 5 }).expect(200);
    await create(ada, { id: 'blog', on: 'platform' }).expect(201);
    const { results } = (await ada.get(`${base}/guests`).expect(200)).body as { results: object[] };
    assert.deepEqual(results, [
      {
        id: 'blog',
        owner: 'ada',
        containers: 0,
        quota: { containers: 5, memory: null, cpus: null, disk: null },
      },
      { id: 'shop', owner: 'ada', containers: 0, quota: all },
    ]);
    await quota({ guest: 'shop', memory: null }).expect(200);
    const shown = (await ada.get('/api/formations/shop').expect(200)).body;
    assert.deepEqual(shown.quota, { ...all, memory: null });
    assert.equal((await ada.get(base).expect(200)).body.quota, null);
    for (const [body, field] of [
      [{ guest: 'shop' }, 'containers'],
      [{ guest: 'annex', containers: 1 }, 'guest'],
      [{ guest: 'shop', memory: 'lots' }, 'memory'],
      [{ guest: 'shop', containers: -1 }, 'containers'],
      [{ guest: 'shop', guests: 2 }, 'guests'],
    ] as const) {
      const answer = (await quota(body).expect(400)).body as { field?: string; errors?: { field: string }[] };
      assert.equal(answer.field ?? answer.errors?.[0]?.field, field);
    }
  });

  it('let each person have so many guests, made or accepted, with a quota three by default', async () => {
    const bound = async (body: object) => (await ada.post(`${base}/quotas`, body).expect(200)).body.guests;
    assert.equal(await bound({ memory: null }), null);
    assert.equal(await bound({ containers: 5 }), 3);
    assert.equal(await bound({ guests: 1 }), 1);
    const holds = { guest: null, quota: { containers: 5, memory: null, cpus: null, disk: null }, guests: 1 };
    assert.deepEqual((await ada.get(`${base}/quotas`).expect(200)).body, holds);
    for (const username of ['bob', 'eve']) await ada.post(`${base}/host-shares`, { username }).expect(201);
    const { body } = await create(bob, { id: 'shop', on: 'platform' }).expect(201);
    assert.deepEqual(body.quota, { containers: 5, memory: null, cpus: null, disk: null });
    const refused = /each person may have 1 formation on the nodes of platform \(bob has shop\): destroy one/;
    assert.match((await create(bob, { id: 'blog', on: 'platform' }).expect(409)).body.detail, refused);
    await create(eve, { id: 'wiki', on: 'platform' }).expect(201);
    await eve.post('/api/formations/wiki/transfer', { username: 'bob' }).expect(201);
    assert.match((await bob.post('/api/transfers/wiki/accept').expect(409)).body.detail, refused);
    for (const id of ['one', 'two']) await create(ada, { id, on: 'platform' }).expect(201);
    assert.equal(await bound({ guests: null }), null);
    assert.equal(await bound({ memory: '1G' }), null);
    await bob.post('/api/transfers/wiki/accept').expect(200);
  });

  it('let nobody in whose leave is taken while they ask', async () => {
    const { stores, formations } = api.parts;
    const [host, user] = [await stores.formations.byName('platform'), await stores.users.byUsername('bob')];
    const made = formations.createFormation(user!, { name: 'shop', host: host! });
    await assert.rejects(made, /platform is not open to you any more: ask .*`deis hosts:share bob`/);
  });

  it('are a default no more when they change hands, unless the heir may make them one', async () => {
    const give = async (from: Caller, to: Caller, username: string) => {
      await from.post(`${base}/transfer`, { username }).expect(201);
      return (await to.post('/api/transfers/platform/accept').expect(200)).body as object;
    };
    await makeDefault('platform');
    assert.deepEqual(await give(ada, root, 'root'), {
      id: 'platform',
      owner: 'root',
      was_default_host: false,
    });
    assert.deepEqual(await hosts(bob), ['root/platform default']);
    assert.deepEqual(await give(root, eve, 'eve'), { id: 'platform', owner: 'eve', was_default_host: true });
    assert.deepEqual(await hosts(bob), []);
    assert.equal((await create(bob, { id: 'shop' }).expect(201)).body.on, null);
  });

  it('refuse a guest a scale that passes its quota', async () => {
    await create(ada, { id: 'shop', on: 'platform' }).expect(201);
    await ada.post(`${base}/quotas`, { guest: 'shop', containers: 2 }).expect(200);
    const { stores } = api.parts;
    const platform = (await stores.formations.byName('platform'))!;
    const { user } = await storeFormation(stores, 'other');
    const layer = await storeLayer(stores, { user, formation: platform });
    await storeLiveApp(stores, { ...layer, formationId: (await stores.formations.byName('shop'))!.id });
    const scale = (web: number) => ada.post('/api/formations/shop/scale/containers', { web });
    const { body } = await scale(3).expect(409);
    assert.match(body.detail, /shop may use 2 containers on the nodes of platform, and this would be 3/);
    await scale(2).expect(200);
  });

  it('are no guests', async () => {
    await create(ada, { id: 'shop', on: 'platform' }).expect(201);
    await ada.post('/api/formations/shop/host-shares', { username: 'bob' }).expect(409);
    await ada.post('/api/formations/shop/perms', { username: 'root', role: 'admin' }).expect(200);
    await root.post('/api/formations/shop/default-host', { default: true }).expect(409);
    assert.deepEqual(await hosts(ada), ['ada/annex', 'ada/platform']);
  });

  it('can be the default, by an admin of both: formations that name nothing live where the fewest do', async () => {
    await ada.post(`${base}/default-host`, { default: true }).expect(403);
    await root.post(`${base}/default-host`, { default: true }).expect(404);
    await makeDefault('platform');
    assert.deepEqual(await hosts(eve), ['ada/platform default']);
    assert.equal((await create(eve, { id: 'one' }).expect(201)).body.on, 'platform');
    await makeDefault('annex');
    assert.equal((await create(bob, { id: 'two' }).expect(201)).body.on, 'annex');
    assert.equal((await create(bob, { id: 'three' }).expect(201)).body.on, 'annex');
    assert.equal((await create(bob, { id: 'four' }).expect(201)).body.on, 'platform');
    assert.equal((await create(bob, { id: 'own', on: null }).expect(201)).body.on, null);
    assert.equal((await create(bob, { id: 'flavored', flavor: 'mock' }).expect(201)).body.on, null);
    // Annex has fewer, and no room for more of bob's.
    await create(eve, { id: 'elsewhere', on: 'platform' }).expect(201);
    await ada.post('/api/formations/annex/quotas', { guests: 2 }).expect(200);
    assert.equal((await create(bob, { id: 'five' }).expect(201)).body.on, 'platform');
    await ada.post(`${base}/quotas`, { guests: 2 }).expect(200);
    const { body: full } = await create(bob, { id: 'six' }).expect(409);
    assert.match(full.detail, /each person may have 2 formations on the nodes of annex/);
    await root.post(`${base}/default-host`, { default: false }).expect(200);
    await root.post('/api/formations/annex/default-host', { default: false }).expect(200);
    assert.equal((await create(bob, { id: 'later' }).expect(201)).body.on, null);
    await create(eve, { id: 'much-later', on: 'platform' }).expect(400);
  });
});
