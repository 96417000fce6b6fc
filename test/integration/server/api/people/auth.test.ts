import assert from 'node:assert/strict';
import { AuthLimits } from '../../../../../server/api/auth/auth-limits.js';
import { hashToken } from '../../../../../server/api/auth/token.js';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';

const password = 'correct horse battery';

describe('registering and logging in', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let admin: Caller;
  before(async () => {
    api = await ApiHarness.start();
    assert.equal((await api.anonymous().get('/api/info').expect(200)).body.registration, 'setup');
    admin = await api.register('ada');
  });
  after(() => api.close());

  const register = (body: object) =>
    api
      .anonymous()
      .post('/api/auth/register')
      .send({ username: 'bob', password, email: 'bob@example.com', ...body });
  const login = (username: string, given: string) =>
    api.anonymous().post('/api/auth/login').send({ username, password: given });
  const invite = async (): Promise<string> => (await admin.post('/api/users/invite').expect(201)).body.code;

  it('makes the first user admin, with a token, and seeds providers and flavors', async () => {
    assert.deepEqual((await admin.get('/api/auth/whoami').expect(200)).body, {
      username: 'ada',
      email: 'ada@example.com',
      is_admin: true,
      token: { name: 'register', scope: 'all', formation: null, expires_at: null },
    });
    assert.deepEqual(
      (await admin.get('/api/providers')).body.results.map((each: { id: string }) => each.id),
      ['mock'],
    );
    assert.deepEqual((await admin.get('/api/flavors')).body.results, [
      { id: 'mock', provider: 'mock', params: {}, init: '' },
    ]);
    assert.equal((await api.anonymous().get('/api/info')).body.registration, 'invite');
  });

  for (const fields of [900, 1300])
    it(`answers ${fields} unknown fields of somebody who is not logged in shortly`, async () => {
      const body = Object.fromEntries(Array.from({ length: fields }, (_, index) => [`f${index}`, 1]));
      const answer = await api.anonymous().post('/api/auth/login').send(body).expect(400);
      assert.ok(answer.text.length < 4000, `${answer.text.length} characters`);
      assert.ok(answer.body.errors.length <= 20);
    });

  it('lets others in by invitation only, once per code, and not as admins', async () => {
    await register({}).expect(403);
    await register({ code: 'guess' }).expect(403);
    const code = await invite();
    const { body } = await register({ code }).expect(201);
    assert.deepEqual(
      { ...body, token: undefined },
      { username: 'bob', email: 'bob@example.com', is_admin: false, token: undefined },
    );
    await register({ username: 'carol', code }).expect(403);
  });

  it('keeps an invitation whose registration failed, and drops it after a week', async () => {
    const code = await invite();
    await register({ username: 'ada', code }).expect(409);
    api.now = new Date(api.now.getTime() + 8 * 86_400_000);
    await register({ username: 'dora', code }).expect(403);
  });

  it('tells nobody without a code which names are taken', async () => {
    assert.deepEqual(
      (await register({ username: 'ada' })).body.detail,
      (await register({ username: 'unheard-of' })).body.detail,
    );
  });

  it('makes one admin when two register first at the same time', async () => {
    const fresh = await ApiHarness.start();
    const both = await Promise.all(
      ['x1', 'x2'].map((username) =>
        fresh.anonymous().post('/api/auth/register').send({ username, password, email: 'x@example.com' }),
      ),
    );
    assert.deepEqual(both.map((answer) => answer.status).sort(), [201, 403]);
    await fresh.close();
  });

  it('asks the first user for the setup code where there is one', async () => {
    const fresh = await ApiHarness.start({ setupCode: 'the-code' });
    const first = (code?: string) =>
      fresh
        .anonymous()
        .post('/api/auth/register')
        .send({ username: 'ada', password, email: 'ada@example.com', code });
    assert.match((await first().expect(403)).body.detail, /needs the setup code: the controller's log/);
    assert.match(
      (await first('the-codf').expect(403)).body.detail,
      /not right: the controller's log has it, among/,
    );
    await first('the-code').expect(201);
    await fresh.close();
  });

  it('refuses bad registrations naming every field', async () => {
    const { body } = await register({
      username: 'Bob_',
      password: 'short',
      email: 'nobody',
      extra: 1,
    }).expect(400);
    assert.deepEqual(body.errors.map((each: { field: string }) => each.field).sort(), [
      'email',
      'extra',
      'password',
      'username',
    ]);
    assert.doesNotMatch(JSON.stringify(body), /short"/);
  });

  it('logs in with the right password only, and says the same of a wrong one and of nobody', async () => {
    const { body } = await login('ada', password).expect(200);
    assert.equal(body.username, 'ada');
    const wrong = await login('ada', 'wrong horse').expect(401);
    const nobody = await login('nobody', 'wrong horse').expect(401);
    assert.equal(wrong.body.detail, nobody.body.detail);
    await login('ada', '').expect(400);
  });

  it('stores the sha256 of a token and nothing that would log in', async () => {
    const rows = await api.db.database('tokens').select<{ hash: string }[]>('hash');
    assert.ok(rows.some(({ hash }) => hash === hashToken(admin.token)));
    const [user] = await api.db
      .database('users')
      .where({ username: 'ada' })
      .select<{ password_hash: string }[]>('password_hash');
    assert.match(user!.password_hash, /^\$argon2id\$/);
  });

  it('takes token and Bearer, in any case, and no token in the URL', async () => {
    for (const scheme of ['token', 'Token', 'Bearer', 'bearer'])
      await api
        .anonymous()
        .get('/api/auth/whoami')
        .set('Authorization', `${scheme} ${admin.token}`)
        .expect(200);
    const refused = await api.anonymous().get(`/api/auth/whoami?access_token=${admin.token}`).expect(400);
    assert.equal(refused.body.field, 'access_token');
    assert.ok(!api.log.some((line) => line.includes(admin.token)));
  });

  it('refuses every other authorization', async () => {
    for (const value of [
      'token',
      'token ',
      'Basic YWRhOng=',
      admin.token,
      `token ${admin.token}x`,
      `token ${hashToken(admin.token)}`,
      'Bearer a b c',
      'token \u00e9',
    ]) {
      const { body, headers } = await api
        .anonymous()
        .get('/api/auth/whoami')
        .set('Authorization', value)
        .expect(401);
      assert.equal(body.title, 'Unauthorized');
      assert.match(String(headers['www-authenticate']), /Bearer/);
    }
  });

  it('revokes the token that logged out and no other', async () => {
    const { token } = (await login('ada', password)).body as { token: string };
    const whoami = () => api.anonymous().get('/api/auth/whoami').set('Authorization', `Bearer ${token}`);
    await whoami().expect(200);
    await api.anonymous().post('/api/auth/logout').set('Authorization', `Bearer ${token}`).expect(204);
    await whoami().expect(401);
    await admin.get('/api/auth/whoami').expect(200);
  });

  it('lets admins alone see users and invite', async () => {
    const eve = await api.register('eve', admin);
    await eve.get('/api/users').expect(403);
    await eve.post('/api/users/invite').expect(403);
    assert.ok(
      (await admin.get('/api/users').expect(200)).body.results.some(
        (user: { username: string }) => user.username === 'eve',
      ),
    );
  });

  it('slows down guessing with 429 and Retry-After', async () => {
    const slow = await ApiHarness.start({
      authLimits: new AuthLimits({
        perAddress: { points: 100, seconds: 60 },
        perUser: { points: 3, seconds: 600 },
      }),
    });
    await slow.register('ada');
    const guess = (given: string) =>
      slow.anonymous().post('/api/auth/login').send({ username: 'ada', password: given });
    for (let tries = 0; tries < 3; tries += 1) await guess('wrong horse').expect(401);
    const { headers, body } = await guess(password).expect(429);
    assert.ok(Number(headers['retry-after']) > 0);
    assert.equal(body.status, 429);
    await slow.close();
  });

  it('leaves no password, token or code in the log', async () => {
    const code = await invite();
    await register({ username: 'frank', code }).expect(201);
    const text = api.log.join('');
    for (const secret of [password, 'wrong horse', code, admin.token])
      assert.ok(!text.includes(secret), secret);
    assert.match(text, /"path":"\/api\/auth\/register"/);
  });
});
