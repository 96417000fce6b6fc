import assert from 'node:assert/strict';
import request, { type Test } from 'supertest';
import { TOTP, Secret as OtpSecret } from 'otpauth';
import { AuthLimits } from '../../../../../server/api/auth/auth-limits.js';
import { createApp } from '../../../../../server/app.js';
import { PasskeyChallengeStore } from '../../../../../server/store/people/passkey-challenge-store.js';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';
import { SoftPasskey, type Faults } from '../../../../support/server/soft-passkey.js';
import { assertDocumented } from '../../../../support/source/documented-answers.js';

const password = 'correct horse battery';
const domain = 'deis.example.com';
const origin = `https://${domain}`;
const minuteMs = 60_000;

interface Options {
  readonly challenge: string;
  readonly user: { readonly id: string };
  readonly excludeCredentials: readonly unknown[];
}

/** A browser at the dashboard: it keeps its cookies. */
class Browser {
  readonly #agent;

  constructor(app: ApiHarness['app']) {
    this.#agent = request.agent(app);
  }

  send(method: string, path: string, body?: object): Test {
    return this.#agent
      [method.toLowerCase() as 'get'](path)
      .set({ 'X-Deis-CSRF': '1', 'Sec-Fetch-Site': 'same-origin' })
      .send(body)
      .expect((response) => assertDocumented(method, path, response));
  }

  async signIn(username: string): Promise<this> {
    await this.send('POST', '/api/sessions', { username, password }).expect(201);
    return this;
  }

  async asked(id = 'laptop', more: object = {}): Promise<Options> {
    const { body } = await this.send('POST', '/api/passkey-registrations', { id, password, ...more }).expect(
      200,
    );
    return (body as { options: Options }).options;
  }

  /** Adds a passkey of this name. */
  async add(id = 'laptop', more: object = {}): Promise<SoftPasskey> {
    const options = await this.asked(id, more);
    const passkey = new SoftPasskey(origin, domain, options.user.id);
    await this.send('POST', '/api/passkeys', { credential: passkey.made(options) }).expect(201);
    return passkey;
  }

  async challenge(): Promise<Options> {
    const { body } = await this.send('POST', '/api/passkey-challenges').expect(200);
    return (body as { options: Options }).options;
  }

  answer(credential: object): Test {
    return this.send('POST', '/api/passkey-sessions', { credential });
  }

  /** Signs in by a passkey. */
  async use(passkey: SoftPasskey, faults: Faults = {}) {
    return this.answer(passkey.signed(await this.challenge(), faults));
  }
}

/** docs/people.md, "Passkeys". */
describe('passkeys', function () {
  this.timeout(60_000);
  let api: ApiHarness;
  let admin: Caller;
  const browser = (): Browser => new Browser(api.app);
  const signedIn = async (username: string): Promise<Browser> => {
    await api.register(username, admin);
    return browser().signIn(username);
  };
  const later = (ms: number): void => void (api.now = new Date(api.now.getTime() + ms));

  before(async () => {
    api = await ApiHarness.start({
      reached: { bind: '127.0.0.1', publicUrl: `${origin}/` },
      authLimits: new AuthLimits({
        perAddress: { points: 1000, seconds: 60 },
        perUser: { points: 5, seconds: 600 },
      }),
    });
    admin = await api.register('ada');
  });
  after(() => api.close());

  it('sign a browser in without a username, and say so in its session and the audit log', async () => {
    assert.equal((await api.anonymous().get('/api/info').expect(200)).body.passkeys, origin);
    const bob = await signedIn('bob');
    const passkey = await bob.add();
    const elsewhere = browser();
    const { status, body, headers } = await elsewhere.use(passkey);
    assert.deepEqual([status, body.user.username, body.passkey], [201, 'bob', 'laptop']);
    assert.match(String(headers['set-cookie']), /^deis-session=[\w-]{43}; .*HttpOnly; SameSite=Strict/);
    assert.equal((await elsewhere.send('GET', '/api/auth/whoami').expect(200)).body.username, 'bob');
    const { results } = (await elsewhere.send('GET', '/api/sessions').expect(200)).body;
    assert.deepEqual(
      results.map((each: { passkey: string | null }) => each.passkey),
      ['laptop', null],
    );
    const list = (await bob.send('GET', '/api/passkeys').expect(200)).body.results;
    assert.deepEqual(
      list.map(({ id, domain: at, last_used_at }: Record<string, string>) => [id, at, last_used_at]),
      [['laptop', domain, api.now.toISOString()]],
    );
    const audit = (await admin.get('/api/audit?limit=100').expect(200)).body.results;
    assert.deepEqual(
      audit
        .filter(({ action }: { action: string }) => action.includes('passkey'))
        .map(({ actor, action, target, outcome }: Record<string, unknown>) => [
          actor,
          action,
          target,
          outcome,
        ]),
      [
        ['bob', 'POST /passkey-sessions', { passkey: 'laptop', id: body.id }, 'done'],
        ['bob', 'POST /passkeys', { id: 'laptop' }, 'done'],
        ['bob', 'POST /passkey-registrations', { passkey: 'laptop' }, 'done'],
      ],
    );
  });

  it('are added with the password, and a code where one is asked for, by no token', async () => {
    const cleo = await api.register('cleo', admin);
    const refused = await cleo.post('/api/passkey-registrations', { id: 'laptop', password }).expect(403);
    assert.match(refused.body.detail, /by no token/);
    const { secret } = (await cleo.post('/api/auth/totp', { password }).expect(200)).body;
    const here = await browser().signIn('cleo');
    const asked = await here.asked();
    const made = new SoftPasskey(origin, domain, asked.user.id).made(asked);
    await cleo.post('/api/passkeys', { credential: made }).expect(403);
    const codeOf = (): string =>
      new TOTP({ secret: OtpSecret.fromBase32(secret) }).generate({ timestamp: api.now.getTime() });
    await cleo.post('/api/auth/totp/confirm', { code: codeOf() }).expect(200);
    later(minuteMs);
    const begin = (more: object): Test =>
      here.send('POST', '/api/passkey-registrations', { id: 'laptop', password, ...more });
    for (const [more, field] of [
      [{ password: 'wrong' }, 'password'],
      [{}, 'code'],
      [{ code: '000000' }, 'code'],
    ] as const)
      assert.equal((await begin(more).expect(400)).body.errors[0].field, field);
    const passkey = await here.add('laptop', { code: codeOf() });
    // It counts as both steps.
    assert.equal((await browser().use(passkey)).status, 201);
  });

  it('answer a challenge once, in the browser that was given it, within five minutes', async () => {
    const dora = await signedIn('dora');
    const passkey = await dora.add();
    const first = browser();
    const signed = passkey.signed(await first.challenge());
    await browser().answer(signed).expect(401);
    await first.answer(signed).expect(201);
    await first.answer(signed).expect(401);
    const late = passkey.signed(await first.challenge());
    later(5 * minuteMs);
    await first.answer(late).expect(401);
    const [own, of] = [await dora.challenge(), await dora.asked('phone')];
    // What was to make a passkey signs nobody in, and the other way round.
    await dora.answer(passkey.signed(own)).expect(401);
    const made = new SoftPasskey(origin, domain, of.user.id).made(of);
    await dora.send('POST', '/api/passkeys', { credential: made }).expect(201);
    await dora.send('POST', '/api/passkeys', { credential: made }).expect(409);
    await dora.challenge();
    await dora.send('POST', '/api/passkeys', { credential: made }).expect(409);
    assert.equal(of.excludeCredentials.length, 1);
  });

  it('refuse what another place, another person or a copy has signed', async () => {
    const eve = await signedIn('eve');
    const passkey = await eve.add();
    assert.equal((await browser().use(passkey)).status, 201);
    const stranger = new SoftPasskey(origin, domain, passkey.userHandle);
    const tries: readonly (readonly [string, SoftPasskey, Faults])[] = [
      ['a page of another site', passkey, { origin: 'https://deis.example.com.evil.example' }],
      ['another domain', passkey, { domain: 'evil.example' }],
      ['nobody touched it', passkey, { unverified: true }],
      ['another challenge', passkey, { challenge: 'AAAA' }],
      ['another user', passkey, { userHandle: 'AAAA' }],
      ['a copy that counts anew', passkey, { counter: 1 }],
      ['nobody has it', stranger, {}],
    ];
    const said = new Set<string>();
    for (const [what, of, faults] of tries) {
      const { status, body, headers } = await browser().use(of, faults);
      assert.equal(status, 401, what);
      assert.ok(!String(headers['set-cookie']).includes('deis-session'), what);
      said.add(body.detail);
      await api.parts.authLimits.forgiveLogin('127.0.0.1', 'eve');
      await api.parts.authLimits.forgiveLogin('::ffff:127.0.0.1', 'eve');
    }
    assert.deepEqual([...said], ['that passkey belongs to no account here']);
    assert.equal((await browser().use(passkey)).status, 201);
    for (const faults of [{ unverified: true }, { origin: 'https://evil.example' }, { attested: true }]) {
      const asked = await eve.asked('phone');
      const made = new SoftPasskey(origin, domain, asked.user.id).made(asked, faults);
      const { body } = await eve.send('POST', '/api/passkeys', { credential: made }).expect(400);
      assert.equal(body.errors[0].field, 'credential');
    }
    const log = api.log.join('');
    assert.ok(!log.includes((await eve.challenge()).challenge));
    assert.doesNotMatch(log, /Unexpected (authentication|registration) response/);
  });

  it('end with their sessions, but the one that asks; the password stays', async () => {
    const finn = await signedIn('finn');
    const [laptop, phone] = [await finn.add('laptop'), await finn.add('phone')];
    assert.equal(laptop.userHandle, phone.userHandle);
    await finn.send('POST', '/api/passkey-registrations', { id: 'phone', password }).expect(409);
    const [here, there, other] = [browser(), browser(), browser()];
    for (const [each, by] of [
      [here, laptop],
      [there, laptop],
      [other, phone],
    ] as const)
      assert.equal((await each.use(by)).status, 201);
    await here.send('DELETE', '/api/passkeys/nosuch').expect(404);
    await here.send('DELETE', '/api/passkeys/laptop').expect(204);
    await here.send('GET', '/api/auth/whoami').expect(200);
    await there.send('GET', '/api/auth/whoami').expect(401);
    await other.send('GET', '/api/auth/whoami').expect(200);
    assert.equal((await there.use(laptop)).status, 401);
    await here.send('DELETE', '/api/passkeys/phone').expect(204);
    await browser().signIn('finn');
  });

  it('stay when the password changes, which ends their sessions, and go with their user', async () => {
    const gus = await signedIn('gus');
    const passkey = await gus.add();
    const there = browser();
    assert.equal((await there.use(passkey)).status, 201);
    const changed = { password, new_password: 'another horse battery' };
    await gus.send('POST', '/api/auth/passwd', changed).expect(204);
    await there.send('GET', '/api/auth/whoami').expect(401);
    assert.equal((await there.use(passkey)).status, 201);
    await there.challenge();
    await gus.send('POST', '/api/auth/cancel', { password: changed.new_password }).expect(204);
    assert.equal((await there.use(passkey)).status, 401);
    const names = await api.db.database('passkeys').join('users', 'users.id', 'passkeys.user_id');
    assert.ok(!names.some(({ username }: { username: string }) => username === 'gus'));
  });

  it('are slowed down as passwords are', async () => {
    const hal = await signedIn('hal');
    const passkey = await hal.add();
    for (let tries = 0; tries < 5; tries += 1)
      assert.equal((await browser().use(passkey, { unverified: true })).status, 401);
    const { status, headers } = await browser().use(passkey);
    assert.deepEqual([status, Number(headers['retry-after']) > 0], [429, true]);
  });

  it('are bounded for each user, and so are challenges', async () => {
    const iris = await signedIn('iris');
    const { id: userId } = (await api.parts.stores.users.byUsername('iris'))!;
    for (let number = 1; number <= 20; number += 1)
      await api.parts.stores.passkeys.insert({
        ...{ userId, name: `key-${number}`, domain, credentialId: `iris-${number}`, counter: 0 },
        ...{ publicKey: Buffer.alloc(1), transports: [], userHandle: 'AAAA' },
      });
    const { body } = await iris
      .send('POST', '/api/passkey-registrations', { id: 'laptop', password })
      .expect(409);
    assert.match(body.detail, /you have 20 passkeys/);
    const { database } = api.db;
    await database('passkey_challenges').delete();
    const bounded = new PasskeyChallengeStore(database, 2);
    const kept = async (name: string, seconds: number): Promise<void> =>
      bounded.insert(
        name,
        { challenge: name, made: null },
        { now: api.now, expiresAt: new Date(api.now.getTime() + seconds * 1000) },
      );
    for (const [name, seconds] of [
      ['first', 1],
      ['second', 2],
      ['third', 3],
    ] as const)
      await kept(name, seconds);
    assert.equal(await bounded.take('first', null, api.now), undefined);
    assert.equal((await bounded.take('second', null, api.now))?.challenge, 'second');
    later(minuteMs);
    await kept('fourth', 1);
    assert.equal((await database('passkey_challenges')).length, 1);
  });

  it('are nowhere without HTTPS and a name, whatever a request says where it came from', async () => {
    for (const publicUrl of ['http://deis.example.com', 'https://192.0.2.1']) {
      const reached = { bind: '0.0.0.0', publicUrl };
      const app = createApp({ ...api.parts, reached }, { ...reached, isTls: false });
      const there = new Browser(app);
      assert.equal((await there.send('GET', '/api/info').expect(200)).body.passkeys, null);
      const forged = there.send('POST', '/api/passkey-challenges').set({ Host: domain });
      const { body } = await forged
        .set('X-Forwarded-Proto', 'https')
        .set('X-Forwarded-Host', domain)
        .expect(409);
      assert.match(body.detail, /passkeys need HTTPS and a name/);
    }
  });
});
