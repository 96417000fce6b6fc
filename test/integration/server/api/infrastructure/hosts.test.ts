import assert from 'node:assert/strict';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';

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
    await root.post(`${base}/default-host`, { default: false }).expect(200);
    await root.post('/api/formations/annex/default-host', { default: false }).expect(200);
    assert.equal((await create(bob, { id: 'later' }).expect(201)).body.on, null);
    await create(eve, { id: 'much-later', on: 'platform' }).expect(400);
  });
});
