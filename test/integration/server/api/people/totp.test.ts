import assert from 'node:assert/strict';
import { TOTP, Secret as OtpSecret } from 'otpauth';
import type { Response, Test } from 'supertest';
import { AuthLimits } from '../../../../../server/api/auth/auth-limits.js';
import { resetTotp } from '../../../../../server/commands/people/reset-totp.js';
import { UnreadableBox } from '../../../../../server/store/sealing/secret-box.js';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';

const password = 'correct horse battery';
const stepMs = 30_000;

/** Sign-ins with a second step: docs/people.md. */
describe('the second step of a sign-in', function () {
  this.timeout(60_000);
  let api: ApiHarness;
  let admin: Caller;

  const codeOf = (secret: string): string =>
    new TOTP({ secret: OtpSecret.fromBase32(secret) }).generate({ timestamp: api.now.getTime() });
  const later = (steps = 1): void => {
    api.now = new Date(api.now.getTime() + steps * stepMs);
  };
  const signIn = (username: string, code?: string, given = password): Test =>
    api
      .anonymous()
      .post('/api/auth/login')
      .send({ username, password: given, ...(code === undefined ? {} : { code }) });
  /** Somebody with an app: the app's secret, and the recovery codes. */
  async function setUp(caller: Caller): Promise<{ secret: string; codes: string[] }> {
    const { secret } = (await caller.post('/api/auth/totp', { password }).expect(200)).body;
    const confirmed = await caller.post('/api/auth/totp/confirm', { code: codeOf(secret) }).expect(200);
    later();
    return { secret, codes: confirmed.body.recovery_codes };
  }

  before(async () => {
    api = await ApiHarness.start({
      authLimits: new AuthLimits({
        perAddress: { points: 1000, seconds: 60 },
        perUser: { points: 1000, seconds: 60 },
        perCode: { points: 4, seconds: 600 },
      }),
    });
    admin = await api.register('ada');
  });
  after(() => api.close());

  it('is asked for once a code of the app was confirmed, and not before', async () => {
    const bob = await api.register('bob', admin);
    await bob.post('/api/auth/totp', { password: 'wrong horse' }).expect(400);
    const first = await bob.post('/api/auth/totp', { password }).expect(200);
    assert.match(first.body.uri, /^otpauth:\/\/totp\/.*secret=/);
    await signIn('bob').expect(200);
    await bob.post('/api/auth/totp/confirm', { code: '000000' }).expect(400);
    // Another secret takes the place of one that was never confirmed.
    const { secret } = await setUp(bob);
    assert.notEqual(secret, first.body.secret);
    const { body } = await bob.get('/api/auth/totp').expect(200);
    assert.deepEqual([body.enabled, body.recovery_codes], [true, 10]);
    const refused = await signIn('bob').expect(401);
    assert.equal(refused.body.type, 'urn:problem-type:deis:code-needed');
    await signIn('bob', codeOf(secret)).expect(200);
    await bob.post('/api/auth/totp', { password }).expect(409);
    await bob.post('/api/auth/totp/confirm', { code: codeOf(secret) }).expect(409);
  });

  it('cannot be locked by who has a token, and no password', async () => {
    const vera = await api.register('vera', admin);
    const { secret } = await setUp(vera);
    for (let time = 0; time < 6; time += 1)
      await vera.post('/api/auth/totp/confirm', { code: '000000' }).expect(409);
    await signIn('vera', codeOf(secret)).expect(200);
  });

  it('tells nobody without the password that there is one', async () => {
    const answers = [await signIn('bob', undefined, 'wrong'), await signIn('bob', '123456', 'wrong')];
    const nobody = await signIn('nobody', undefined, 'wrong');
    const said = ({ status, body }: Response): unknown => [status, body.type, body.detail];
    for (const answer of answers) assert.deepEqual(said(answer), said(nobody));
  });

  it('takes each code of the app once, and none of before', async () => {
    const cleo = await api.register('cleo', admin);
    const { secret } = await setUp(cleo);
    const early = codeOf(secret);
    later();
    const code = codeOf(secret);
    const both = await Promise.all([signIn('cleo', code), signIn('cleo', code)]);
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 401]);
    await signIn('cleo', early).expect(401);
    later(2);
    await signIn('cleo', code).expect(401);
    await signIn('cleo', codeOf(secret)).expect(200);
  });

  it('takes each recovery code once, of its own user', async () => {
    const [dora, eve] = [await api.register('dora', admin), await api.register('eve', admin)];
    const [{ codes }] = [await setUp(dora), await setUp(eve)];
    await signIn('eve', codes[0]).expect(401);
    await signIn('dora', codes[0]!.toUpperCase().replaceAll('-', ' ')).expect(200);
    await signIn('dora', codes[0]).expect(401);
    assert.equal((await dora.get('/api/auth/totp').expect(200)).body.recovery_codes, 9);
    const stored = await api.db.database('recovery_codes').select<{ code_hash: string }[]>('code_hash');
    for (const { code_hash: hash } of stored) assert.match(hash, /^[0-9a-f]{64}$/);
  });

  it('is asked of browsers, too', async () => {
    const finn = await api.register('finn', admin);
    const { secret } = await setUp(finn);
    const session = (code?: string): Test =>
      api
        .anonymous()
        .post('/api/sessions')
        .set({ 'X-Deis-CSRF': '1', 'Sec-Fetch-Site': 'same-origin' })
        .send({ username: 'finn', password, ...(code === undefined ? {} : { code }) });
    const refused = await session().expect(401);
    assert.equal(refused.body.type, 'urn:problem-type:deis:code-needed');
    assert.equal(refused.headers['set-cookie'], undefined);
    await session(codeOf(secret)).expect(201);
  });

  it('ends with the password and a code, and neither alone', async () => {
    const gus = await api.register('gus', admin);
    const { codes } = await setUp(gus);
    await gus.post('/api/auth/totp/disable', { password }).expect(400);
    await gus.post('/api/auth/totp/disable', { password: 'wrong', code: codes[0] }).expect(400);
    await gus.post('/api/auth/totp/disable', { password, code: codes[0] }).expect(204);
    await signIn('gus').expect(200);
    assert.equal((await gus.get('/api/auth/totp').expect(200)).body.recovery_codes, 0);
  });

  it('slows down guessing of codes, from wherever it comes', async () => {
    const hal = await api.register('hal', admin);
    const { secret } = await setUp(hal);
    for (let tries = 0; tries < 4; tries += 1) await signIn('hal', '000000').expect(401);
    const { headers } = await signIn('hal', codeOf(secret)).expect(429);
    assert.ok(Number(headers['retry-after']) > 0);
  });

  it('is taken away by an operator, with an entry in the audit log', async () => {
    const iris = await api.register('iris', admin);
    await setUp(iris);
    await assert.rejects(resetTotp(api.parts.stores, 'nobody'), /no user "nobody"/);
    await resetTotp(api.parts.stores, 'iris');
    await signIn('iris').expect(200);
    await assert.rejects(resetTotp(api.parts.stores, 'iris'), /iris is asked for no code/);
    const { body } = await admin.get('/api/audit?limit=100').expect(200);
    const entry = body.results.find(({ action }: { action: string }) => action === 'reset-totp');
    assert.deepEqual(
      [entry.actor, entry.target, entry.outcome],
      ['deis-controller', { username: 'iris' }, 'done'],
    );
  });

  it('is sealed for its user: no row opens for another, and no log has a secret or a code', async () => {
    const [jo, kim] = [await api.register('jo', admin), await api.register('kim', admin)];
    const { secret, codes } = await setUp(jo);
    await setUp(kim);
    const { users, totp } = api.parts.stores;
    const [mine, theirs] = [(await users.byUsername('jo'))!.id, (await users.byUsername('kim'))!.id];
    const rows = (id: number) => api.db.database('user_totp').where({ user_id: id });
    const { secret_encrypted: sealed } = await rows(mine).first<{ secret_encrypted: Buffer }>();
    await rows(theirs).update({ secret_encrypted: sealed });
    await assert.rejects(totp.ofUser(theirs), UnreadableBox);
    await signIn('jo', codes[0]).expect(200);
    const log = api.log.join('');
    for (const text of [secret, codes[0]!]) assert.ok(!log.includes(text));
  });
});
