import assert from 'node:assert/strict';
import { ApiHarness, Caller } from '../../../../support/server/api-harness.js';

const password = 'correct horse battery';

describe('tokens, passwords and accounts', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let ada: Caller;
  let bob: Caller;

  before(async () => {
    api = await ApiHarness.start();
    ada = await api.register('ada');
    bob = await api.register('bob', ada);
    for (const id of ['peachy', 'plain'])
      await ada.post('/api/formations', { id, flavor: 'mock' }).expect(201);
    api.worker.outcome = { state: 'succeeded' };
    await ada.post('/api/formations/peachy/config', { values: { SECRET: 'hunter2' } }).expect(200);
  });
  after(() => api.close());

  const make = async (body: object): Promise<Caller & { id: number }> => {
    const made = (await ada.post('/api/tokens', body).expect(201)).body as { id: number; token: string };
    return Object.assign(new Caller(api.app, 'ada', made.token), { id: made.id });
  };

  it('are shown once, listed without themselves, and revoked by their user alone', async () => {
    const ci = await make({ name: 'ci', days: 1 });
    const { text, body } = await ada.get('/api/tokens').expect(200);
    assert.ok(!text.includes(ci.token) && !text.includes(ada.token));
    assert.deepEqual(
      body.results.map((token: { name: string; current: boolean }) => [token.name, token.current]),
      [
        ['ci', false],
        ['register', true],
      ],
    );
    assert.equal(body.results[0].expires_at, '2026-11-22T12:00:00.000Z');
    await bob.delete(`/api/tokens/${ci.id}`).expect(404);
    await ci.get('/api/auth/whoami').expect(200);
    await ada.delete(`/api/tokens/${ci.id}`).expect(204);
    await ci.get('/api/auth/whoami').expect(401);
    for (const id of ['0', 'x', '99999999999']) await ada.delete(`/api/tokens/${id}`).expect(404);
  });

  it('say what they are', async () => {
    const ci = await make({ name: 'ci', scope: 'deploy', formation: 'peachy', days: 2 });
    assert.deepEqual((await ci.get('/api/auth/whoami').expect(200)).body.token, {
      name: 'ci',
      scope: 'deploy',
      formation: 'peachy',
      expires_at: '2026-11-23T12:00:00.000Z',
    });
    await ada.delete(`/api/tokens/${ci.id}`).expect(204);
  });

  it('end when their days are over', async () => {
    const short = await make({ days: 1 });
    api.now = new Date('2026-11-22T11:59:59.000Z');
    await short.get('/api/auth/whoami').expect(200);
    api.now = new Date('2026-11-22T12:00:00.000Z');
    await short.get('/api/auth/whoami').expect(401);
    api.now = new Date('2026-11-21T12:00:00.000Z');
    await ada.delete(`/api/tokens/${short.id}`).expect(204);
  });

  it('make none that outlasts them', async () => {
    const short = await make({ days: 1 });
    const madeBy = (caller: Caller, body: object) => caller.post('/api/tokens', body);
    assert.equal((await madeBy(short, {}).expect(201)).body.expires_at, '2026-11-22T12:00:00.000Z');
    assert.equal((await madeBy(short, { days: 1 }).expect(201)).body.expires_at, '2026-11-22T12:00:00.000Z');
    const scoped = (await madeBy(short, { scope: 'deploy', formation: 'peachy' }).expect(201)).body as {
      id: number;
      expires_at: string;
    };
    assert.equal(scoped.expires_at, '2026-11-22T12:00:00.000Z');
    const { field, detail } = (await madeBy(short, { days: 2 }).expect(400)).body as {
      field: string;
      detail: string;
    };
    assert.deepEqual([field, /ends at 2026-11-22T12:00:00\.000Z/.test(detail)], ['days', true], detail);
    api.now = new Date('2026-11-21T18:00:00.000Z');
    assert.equal((await madeBy(short, { days: 1 }).expect(400)).body.field, 'days');
    const { token } = (await short.post('/api/auth/regenerate').expect(200)).body as { token: string };
    api.now = new Date('2026-11-22T12:00:00.000Z');
    await new Caller(api.app, 'ada', token).get('/api/auth/whoami').expect(401);
    api.now = new Date('2026-11-21T12:00:00.000Z');
    assert.equal((await ada.post('/api/tokens', {}).expect(201)).body.expires_at, null);
  });

  it('of a login end when they were not used for a month, others do not', async () => {
    const day = (days: number): Date => new Date(Date.parse('2026-11-21T12:00:00.000Z') + days * 86_400_000);
    const login = async (): Promise<Caller> => {
      const { body } = await api
        .anonymous()
        .post('/api/auth/login')
        .send({ username: 'bob', password })
        .expect(200);
      return new Caller(api.app, 'bob', (body as { token: string }).token);
    };
    const [used, unused] = [await login(), await login()];
    const forgotten = await login();
    // A name makes no session, and its lack no token.
    const program = new Caller(
      api.app,
      'bob',
      ((await bob.post('/api/tokens', { name: 'login' }).expect(201)).body as { token: string }).token,
    );
    const mine = async (caller: Caller) =>
      (
        (await caller.get('/api/tokens').expect(200)).body as {
          results: { current: boolean; session: boolean; expires_at: string | null }[];
        }
      ).results;
    const current = async (caller: Caller) => (await mine(caller)).find((token) => token.current)!;
    assert.deepEqual(
      [(await current(used)).session, (await current(used)).expires_at],
      [true, day(30).toISOString()],
    );
    assert.deepEqual([(await current(program)).session, (await current(program)).expires_at], [false, null]);
    api.now = day(29);
    assert.equal((await current(used)).expires_at, day(59).toISOString());
    api.now = day(30);
    for (const ended of [unused, forgotten, bob]) await ended.get('/api/auth/whoami').expect(401);
    assert.equal((await mine(program)).filter(({ session }) => session).length, 1);
    api.now = day(58);
    await used.get('/api/auth/whoami').expect(200);
    api.now = day(87);
    await used.get('/api/auth/whoami').expect(200);
    api.now = day(117);
    await used.get('/api/auth/whoami').expect(401);
    await program.get('/api/auth/whoami').expect(200);
    api.now = day(0);
    bob = await login();
  });

  it('of scope read look at everything but config values, and change nothing', async () => {
    const reader = await make({ scope: 'read' });
    assert.deepEqual((await reader.get('/api/formations/peachy/config').expect(200)).body.values, {
      SECRET: '[masked]',
    });
    await reader.get('/api/formations').expect(200);
    await reader.get('/api/tokens').expect(200);
    await reader.post('/api/formations/peachy/config', { values: { A: '1' } }).expect(403);
    await reader.delete('/api/formations/peachy').expect(403);
    await reader.post('/api/tokens', {}).expect(403);
    await reader.post('/api/formations', {}).expect(403);
    await reader.post('/api/auth/logout').expect(204);
    await reader.get('/api/auth/whoami').expect(401);
  });

  it('of scope deploy change config and scale of one formation, and nothing else', async () => {
    const ci = await make({ scope: 'deploy', formation: 'peachy' });
    const base = '/api/formations/peachy';
    await ci.post(`${base}/config`, { values: { A: '1' } }).expect(200);
    const operation = (await ci.post(`${base}/scale/containers`, { web: 1 }).expect(200)).body.id;
    await ci.get(`/api/operations/${operation}`).expect(200);
    assert.deepEqual((await ci.get(`${base}/config`).expect(200)).body.values, {
      SECRET: 'hunter2',
      A: '1',
    });
    await ci.get('/api/auth/whoami').expect(200);
    const refused = [
      ci.post(`${base}/run`, { command: 'env' }),
      ci.post(`${base}/perms`, { username: 'bob' }),
      ci.delete(base),
      ci.post(`${base}/scale/layers`, { runtime: 1 }),
      ci.get('/api/formations/plain'),
      ci.get('/api/formations'),
      ci.get('/api/users'),
      ci.post('/api/tokens', {}),
      ci.post('/api/auth/passwd', { password, new_password: 'another password' }),
    ];
    for (const answer of refused)
      assert.match((await answer.expect(403)).body.detail, /this token may only deploy its formation/);
    await bob.post('/api/tokens', { scope: 'deploy', formation: 'peachy' }).expect(400);
    await ada.post('/api/tokens', { scope: 'deploy' }).expect(400);
    await ada.post('/api/tokens', { formation: 'peachy' }).expect(400);
    for (const wrong of [{ days: 0 }, { days: 4000 }, { scope: 'root' }, { name: '' }])
      await ada.post('/api/tokens', wrong).expect(400);
  });

  it('are regenerated, one or all', async () => {
    const [first, second] = [await make({}), await make({})];
    const { token } = (await first.post('/api/auth/regenerate', {}).expect(200)).body as { token: string };
    await first.get('/api/auth/whoami').expect(401);
    const renewed = new Caller(api.app, 'ada', token);
    await second.get('/api/auth/whoami').expect(200);
    const latest = new Caller(
      api.app,
      'ada',
      ((await renewed.post('/api/auth/regenerate', { all: true }).expect(200)).body as { token: string })
        .token,
    );
    for (const old of [renewed, second, ada]) await old.get('/api/auth/whoami').expect(401);
    await latest.get('/api/auth/whoami').expect(200);
    ada = latest;
  });

  it('end with the password, but for the one that changed it', async () => {
    const other = await make({});
    assert.equal(
      (
        await ada
          .post('/api/auth/passwd', { password: 'wrong', new_password: 'another password' })
          .expect(400)
      ).body.field,
      'password',
    );
    await ada.post('/api/auth/passwd', { password, new_password: 'short' }).expect(400);
    await ada.post('/api/auth/passwd', { password, new_password: 'another password' }).expect(204);
    await other.get('/api/auth/whoami').expect(401);
    await ada.get('/api/auth/whoami').expect(200);
    await api.anonymous().post('/api/auth/login').send({ username: 'ada', password }).expect(401);
    await api
      .anonymous()
      .post('/api/auth/login')
      .send({ username: 'ada', password: 'another password' })
      .expect(200);
  });

  it('keep an account that owns one, behind more than a thousand of others in which it has a role', async () => {
    const dora = await api.register('dora', ada);
    const [adaId, doraId] = [
      (await api.db.stores.users.byUsername('ada'))!.id,
      (await api.db.stores.users.byUsername('dora'))!.id,
    ];
    const others = { name: 'crowd-%' };
    await api.db.database.raw(
      `insert into formations (owner_id, name) select :adaId, 'crowd-' || n from generate_series(1, 1001) n`,
      { adaId },
    );
    await api.db.database.raw(
      `insert into formation_roles (formation_id, user_id, role)
       select id, :doraId, 'viewer' from formations where name like :name`,
      { doraId, ...others },
    );
    await dora.post('/api/formations', { id: 'zebra', flavor: 'mock' }).expect(201);
    const { body } = await dora.post('/api/auth/cancel', { password }).expect(409);
    assert.equal(body.detail, 'you own zebra: destroy or transfer first');
    await api.db.database('formations').whereLike('name', others.name).delete();
  });

  it('let an account go that owns nothing, with all that was its own', async () => {
    assert.match(
      (await ada.post('/api/auth/cancel', { password: 'another password' }).expect(409)).body.detail,
      /you own peachy, plain/,
    );
    await bob.post('/api/auth/cancel', { password: 'wrong' }).expect(400);
    await bob.post('/api/auth/cancel', { password }).expect(204);
    await bob.get('/api/auth/whoami').expect(401);
    await api.anonymous().post('/api/auth/login').send({ username: 'bob', password }).expect(401);
    await ada.post('/api/formations/peachy/perms', { username: 'bob' }).expect(400);
  });

  it('keep the last admin, and the flavors that layers of others use', async () => {
    const eve = await api.register('eve', ada);
    for (const name of ['peachy', 'plain']) {
      await ada.post(`/api/formations/${name}/transfer`, { username: 'eve' }).expect(201);
      await eve.post(`/api/transfers/${name}/accept`).expect(200);
    }
    assert.match(
      (await ada.post('/api/auth/cancel', { password: 'another password' }).expect(409)).body.detail,
      /last admin/,
    );
    await ada.post('/api/admins', { username: 'eve' }).expect(200);
    assert.match(
      (await ada.post('/api/auth/cancel', { password: 'another password' }).expect(409)).body.detail,
      /still uses one of your flavors/,
    );
    await eve.get('/api/formations/peachy/layers').expect(200);
  });

  it('register by the mode that an admin sets', async () => {
    const register = (username: string) =>
      api
        .anonymous()
        .post('/api/auth/register')
        .send({ username, password, email: `${username}@example.com` });
    const told = async () => (await api.anonymous().get('/api/info').expect(200)).body.registration;
    assert.equal(await told(), 'invite');
    await register('zoe').expect(403);
    await ada.post('/api/users/registration', { mode: 'open' }).expect(200);
    assert.equal(await told(), 'open');
    await register('zoe').expect(201);
    await ada.post('/api/users/registration', { mode: 'closed' }).expect(200);
    const { code } = (await ada.post('/api/users/invite').expect(201)).body as { code: string };
    await api
      .anonymous()
      .post('/api/auth/register')
      .send({ username: 'yan', password, email: 'y@example.com', code })
      .expect(403);
    assert.equal(await told(), 'closed');
    await ada.post('/api/users/registration', { mode: 'invite' }).expect(200);
    await api
      .anonymous()
      .post('/api/auth/register')
      .send({ username: 'yan', password, email: 'y@example.com', code })
      .expect(201);
    await ada.post('/api/users/registration', { mode: 'all' }).expect(400);
  });
});
