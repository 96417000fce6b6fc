import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { TOTP, Secret as OtpSecret } from 'otpauth';
import request, { type Response } from 'supertest';
import { createApp } from '../../../../../server/app.js';
import { IdentityProvider } from '../../../../../server/api/auth/oidc/identity-provider.js';
import { readSettings } from '../../../../../server/settings/settings.js';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';
import { IdentityIssuer } from '../../../../support/server/identity-issuer.js';
import { assertDocumented } from '../../../../support/source/documented-answers.js';

const password = 'correct horse battery';
const publicUrl = 'http://127.0.0.1:8000';

interface Entry {
  readonly action: string;
  readonly actor: string;
  readonly outcome: string;
  /** With the id of the session. */
  readonly target: Readonly<Record<string, unknown>>;
}

/** A browser: its cookies, and pages of our own that ask. */
class Browser {
  readonly #agent: ReturnType<typeof request.agent>;

  constructor(app: ApiHarness['app']) {
    this.#agent = request.agent(app);
  }

  async post(path: string, body: object): Promise<Response> {
    const asked = this.#agent.post(path).set('X-Deis-CSRF', '1').set('Sec-Fetch-Site', 'same-origin');
    const answer = await asked.send(body);
    assertDocumented('POST', path, answer);
    return answer;
  }

  get(path: string) {
    return this.#agent.get(path);
  }

  delete(path: string) {
    return this.#agent.delete(path).set('X-Deis-CSRF', '1').set('Sec-Fetch-Site', 'same-origin');
  }
}

/** Sign-in with OpenID Connect, against a provider that others wrote: docs/people.md. */
describe('sign-in with a provider of OpenID Connect', function () {
  this.timeout(60_000);
  let issuer: IdentityIssuer;
  let provider: IdentityProvider;
  let api: ApiHarness;
  let ada: Caller;

  const open = (more: Record<string, string>, answerSeconds = 30): IdentityProvider =>
    new IdentityProvider(readSettings({ ...issuer.settings(more), DEIS_PUBLIC_URL: publicUrl }).oidc!, {
      now: () => api.now,
      answerSeconds,
    });
  const browser = (): Browser => new Browser(api.app);
  /** Begins, and goes where the answer says; `change` what is asked of the issuer. */
  const visit = async (
    begun: Response,
    change: (asked: URLSearchParams) => void = () => {},
  ): Promise<string> => {
    assert.equal(begun.status, 200, begun.text);
    const url = new URL((begun.body as { url: string }).url);
    change(url.searchParams);
    const back = await issuer.visit(url.href);
    assert.equal(back.origin + back.pathname, `${publicUrl}/`);
    return back.search;
  };
  const finish = (at: Browser, query: string): Promise<Response> =>
    at.post('/api/auth/oidc/finish', { query });
  const signIn = async (subject: string | undefined, at = browser()): Promise<Response> => {
    issuer.next = subject;
    return finish(at, await visit(await at.post('/api/auth/oidc', { return_to: '#/formations/shop' })));
  };
  const refused = ({ status, body }: Response): string => `${status} ${(body as { detail?: string }).detail}`;
  const usernames = async (): Promise<string[]> =>
    (await ada.get('/api/users').expect(200)).body.results.map((user: { username: string }) => user.username);

  before(async () => {
    issuer = await IdentityIssuer.start(`${publicUrl}/`);
    provider = open({ DEIS_OIDC_ALLOW: '@example.com, groups=developers' });
    api = await ApiHarness.start({ identityProvider: provider });
    // The cookies of the test's browser end by the clock of its host.
    api.now = new Date();
    ada = await api.register('ada');
    const bob = { preferred_username: 'bob', email: 'bob@example.com', email_verified: true };
    issuer.accounts
      .set('bob-at-issuer', bob)
      .set('unconfirmed', { ...bob, email_verified: false })
      .set('elsewhere', { preferred_username: 'eve', email: 'eve@example.org', email_verified: true })
      .set('developer', { preferred_username: 'Dana', groups: ['developers'] })
      .set('ada-at-issuer', { preferred_username: 'ada', email: 'ada@example.com', email_verified: true });
  });
  after(async () => {
    await provider.close();
    await issuer.close();
    await api.close();
  });

  it('is there where the operator names a provider, and asked by pages of our own alone', async () => {
    const info = await api.anonymous().get('/api/info').expect(200);
    assert.deepEqual(info.body.oidc, { name: 'Example' });
    const without = request(createApp({ ...api.parts, identityProvider: null }));
    assert.equal((await without.get('/api/info').expect(200)).body.oidc, null);
    const asked = without.post('/api/auth/oidc').set('X-Deis-CSRF', '1').set('Sec-Fetch-Site', 'same-origin');
    assert.match((await asked.send({}).expect(404)).body.detail, /DEIS_OIDC_ISSUER/);
    for (const path of ['/api/auth/oidc', '/api/auth/oidc/finish'])
      await api
        .anonymous()
        .post(path)
        .send(path.endsWith('h') ? { query: '' } : {})
        .expect(403);
    const elsewhere = await browser().post('/api/auth/oidc', { return_to: 'https://evil.example/' });
    assert.match(refused(elsewhere), /^400 .*not a valid place/);
  });

  it('makes a plain user of whom the operator lets in, never of a name or an address that is there', async () => {
    await api.register('bob', ada);
    const at = browser();
    const made = await signIn('bob-at-issuer', at);
    assert.equal(made.status, 201, made.text);
    assert.equal(made.body.return_to, '#/formations/shop');
    assert.deepEqual(made.body.user, { username: 'bob-2', email: 'bob@example.com', is_admin: false });
    assert.equal((await at.get('/api/auth/whoami').expect(200)).body.username, 'bob-2');
    assert.equal((await signIn('bob-at-issuer')).body.user.username, 'bob-2');
    assert.equal((await signIn('developer')).body.user.username, 'dana');
    assert.deepEqual(await usernames(), ['ada', 'bob', 'bob-2', 'dana']);
    const entries = (await ada.get('/api/audit').expect(200)).body.results.filter(
      ({ action }: { action: string }) => action === 'POST /auth/oidc/finish',
    );
    assert.deepEqual(
      entries.map(({ actor, outcome, target }: Entry) => [actor, outcome, { ...target, id: 0 }]),
      [
        ['dana', 'done', { issuer: issuer.url, subject: 'developer', new: true, id: 0 }],
        ['bob-2', 'done', { issuer: issuer.url, subject: 'bob-at-issuer', id: 0 }],
        ['bob-2', 'done', { issuer: issuer.url, subject: 'bob-at-issuer', new: true, id: 0 }],
      ],
    );
  });

  it('gives accounts that no password opens, and says so where one is asked for', async () => {
    for (const given of ['', 'null', password, 'x'.repeat(20)])
      await api
        .anonymous()
        .post('/api/auth/login')
        .send({ username: 'dana', password: given || ' ' })
        .expect(401);
    const at = browser();
    await signIn('developer', at);
    for (const [path, body] of [
      ['/api/auth/totp', { password }],
      ['/api/auth/identities', { password }],
      ['/api/auth/cancel', { password }],
    ] as const)
      assert.match(refused(await at.post(path, body)), /^409 your account has no password/);
    const { body } = await at.get('/api/auth/identities').expect(200);
    assert.equal(body.has_password, false);
    assert.match(refused(await at.delete(`/api/auth/identities/${body.results[0].id}`)), /^409 /);
    // What programs use is made here, and sets no password.
    const { token } = (await at.post('/api/tokens', { name: 'laptop' })).body as { token: string };
    const first = { new_password: password };
    const program = api.anonymous().post('/api/auth/passwd').set('Authorization', `token ${token}`);
    assert.match(
      refused(await program.send(first)),
      /^409 you have no password yet: sign in to the dashboard again/,
    );
    const signedIn = api.now;
    api.now = new Date(signedIn.getTime() + 11 * 60_000);
    assert.match(refused(await at.post('/api/auth/passwd', first)), /^409 you have no password yet/);
    api.now = signedIn;
    assert.equal((await at.post('/api/auth/passwd', first)).status, 204);
    await api.anonymous().get('/api/auth/whoami').set('Authorization', `token ${token}`).expect(200);
    await api.anonymous().post('/api/auth/login').send({ username: 'dana', password }).expect(200);
    assert.match(refused(await at.post('/api/auth/passwd', first)), /^400 that is not your password/);
    await at.delete(`/api/auth/identities/${body.results[0].id}`).expect(204);
    // It is the one that asks.
    await at.get('/api/auth/whoami').expect(200);
  });

  it('lets nobody else in: no confirmed address, another domain, who says no', async () => {
    const before = await usernames();
    assert.match(
      refused(await signIn('unconfirmed')),
      /^403 no user here is linked to your account of Example/,
    );
    assert.match(refused(await signIn('elsewhere')), /^403 no user here is linked/);
    assert.equal(refused(await signIn(undefined)), '403 Example refused: they said no');
    await ada.post('/api/users/registration', { mode: 'closed' }).expect(200);
    assert.equal(refused(await signIn('ada-at-issuer')), '403 this controller takes no new users');
    await ada.post('/api/users/registration', { mode: 'invite' }).expect(200);
    assert.deepEqual(await usernames(), before);
    const [entry] = (await ada.get('/api/audit').expect(200)).body.results.filter(
      ({ target }: { target: { subject?: string } }) => target.subject === 'elsewhere',
    );
    assert.match(entry.outcome, /^refused: no user here is linked/);
  });

  it('takes an answer once, in the browser that began, within ten minutes, with its state and nonce', async () => {
    issuer.next = 'bob-at-issuer';
    const at = browser();
    const begun = await at.post('/api/auth/oidc', {});
    assert.match(
      refused(await finish(browser(), await visit(begun))),
      /^400 this browser has begun no sign-in/,
    );
    const other = browser();
    await other.post('/api/auth/oidc', {});
    assert.match(refused(await finish(other, await visit(begun))), /^400 .*another sign-in/);
    const query = await visit(begun);
    assert.equal((await finish(at, query)).status, 201);
    assert.match(refused(await finish(at, query)), /^403 Example refused/);
    assert.match(refused(await finish(at, await visit(begun))), /^400 this sign-in was finished before/);

    const wrong = browser();
    const changed = await wrong.post('/api/auth/oidc', {});
    const withOther = (name: string) => (asked: URLSearchParams) => asked.set(name, 'x'.repeat(43));
    assert.match(
      refused(await finish(wrong, await visit(changed, withOther('state')))),
      /^400 .*another sign-in/,
    );
    assert.match(
      refused(await finish(wrong, await visit(changed, withOther('nonce')))),
      /^502 what Example answered is not right: .*nonce/,
    );
    assert.match(
      refused(await finish(wrong, await visit(changed, withOther('code_challenge')))),
      /^403 Example refused/,
    );
    const late = await visit(changed);
    api.now = new Date(api.now.getTime() + 11 * 60_000);
    assert.match(refused(await finish(wrong, late)), /^400 the sign-in took more than 10 minutes/);
    api.now = new Date();
  });

  it('signs in who has linked the account with their password, and no more when that is taken away', async () => {
    const at = browser();
    await at.post('/api/sessions', { username: 'ada', password });
    issuer.next = 'elsewhere';
    assert.match(refused(await at.post('/api/auth/identities', { password: 'wrong horse' })), /^400 /);
    const begun = await at.post('/api/auth/identities', { password, return_to: '#/account' });
    const query = await visit(begun);
    // An answer for one purpose is none for the other, nor one of another user.
    assert.match(refused(await finish(at, query)), /^400 .*another sign-in/);
    const linked = await at.post('/api/auth/oidc/link', { query });
    assert.equal(linked.status, 201, linked.text);
    assert.deepEqual([linked.body.label, linked.body.return_to], ['eve@example.org', '#/account']);
    const there = browser();
    const user = (await signIn('elsewhere', there)).body.user;
    assert.deepEqual([user.username, user.is_admin], ['ada', true]);

    const mine = browser();
    await mine.post('/api/sessions', { username: 'bob', password });
    issuer.next = 'elsewhere';
    const again = await visit(await mine.post('/api/auth/identities', { password }));
    assert.match(refused(await mine.post('/api/auth/oidc/link', { query: again })), /^409 .*linked/);
    await mine.delete(`/api/auth/identities/${linked.body.id}`).expect(404);
    await there.get('/api/auth/whoami').expect(200);
    await at.delete(`/api/auth/identities/${linked.body.id}`).expect(204);
    // What it began ends with it, and nothing else.
    await there.get('/api/auth/whoami').expect(401);
    await at.get('/api/auth/whoami').expect(200);
    assert.match(refused(await signIn('elsewhere')), /^403 no user here is linked/);
  });

  it('links with the code where there is an app for it, and by no token; the audit log says to what', async () => {
    const cleo = await api.register('cleo', ada);
    const { secret } = (await cleo.post('/api/auth/totp', { password }).expect(200)).body as {
      secret: string;
    };
    const codeOf = (): string =>
      new TOTP({ secret: OtpSecret.fromBase32(secret) }).generate({ timestamp: api.now.getTime() });
    await cleo.post('/api/auth/totp/confirm', { code: codeOf() }).expect(200);
    assert.match(
      refused(await cleo.post('/api/auth/identities', { password, code: codeOf() })),
      /^403 .*by no token/,
    );
    assert.match(
      refused(await cleo.post('/api/auth/oidc/link', { query: '?state=x' })),
      /^403 .*by no token/,
    );
    const at = browser();
    api.now = new Date(api.now.getTime() + 60_000);
    const signedIn = await at.post('/api/sessions', { username: 'cleo', password, code: codeOf() });
    assert.equal(signedIn.status, 201, signedIn.text);
    issuer.next = 'elsewhere';
    assert.match(refused(await at.post('/api/auth/identities', { password })), /^400 .*code/);
    api.now = new Date(api.now.getTime() + 60_000);
    const query = await visit(await at.post('/api/auth/identities', { password, code: codeOf() }));
    const { id } = (await at.post('/api/auth/oidc/link', { query })).body as { id: number };
    await at.delete(`/api/auth/identities/${id}`).expect(204);
    const { results } = (await ada.get('/api/audit').expect(200)).body as { results: Entry[] };
    const targets = results
      .filter(({ actor, target }) => actor === 'cleo' && 'subject' in target)
      .map(({ action, target }) => [action, target['subject']]);
    assert.deepEqual(targets, [
      ['DELETE /auth/identities/:identity', 'elsewhere'],
      ['POST /auth/oidc/link', 'elsewhere'],
    ]);
    api.now = new Date();
  });

  it('says that the provider does not answer in time, answers nonsense, or cannot be reached', async () => {
    let answer = '';
    const server = createServer((socket) => {
      // Who does not wait any longer cuts the connection.
      socket.unref().on('error', () => undefined);
      socket.once('data', () => answer !== '' && socket.end(answer));
    });
    server.unref().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const said = async (answerSeconds: number): Promise<string> => {
      const asked = open({ DEIS_OIDC_ISSUER: `http://127.0.0.1:${port}` }, answerSeconds);
      const at = new Browser(createApp({ ...api.parts, identityProvider: asked }));
      return at
        .post('/api/auth/oidc', {})
        .then(refused)
        .finally(() => asked.close());
    };
    assert.equal(await said(0.3), '502 Example did not answer in time');
    answer = 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n';
    assert.match(await said(30), /^502 what Example answered is not right/);
    server.close();
    await once(server, 'close');
    assert.match(await said(30), /^502 Example cannot be reached: .*ECONNREFUSED/);
  });
});
