import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import request, { type Response, type Test } from 'supertest';
import { WebSocket } from 'ws';
import { createApp } from '../../../../../server/app.js';
import { AuthLimits } from '../../../../../server/api/auth/auth-limits.js';
import type { Route } from '../../../../../server/api/endpoint/route.js';
import { isStream } from '../../../../../server/api/endpoint/while-allowed.js';
import { routes } from '../../../../../server/api/router.js';
import { HttpListener } from '../../../../../server/listen/http-listener.js';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';
import { assertDocumented } from '../../../../support/source/documented-answers.js';

const password = 'correct horse battery';
const csrf = { 'X-Deis-CSRF': '1' };
const hourMs = 60 * 60 * 1000;

/** A browser at a page of ours: it sends its cookie with everything, and its Origin with changes. */
class Browser {
  #cookie = '';

  constructor(
    private readonly api: ApiHarness,
    private readonly port: number,
  ) {}

  get cookie(): string {
    return this.#cookie;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  send(method: string, path: string, headers: Record<string, string> = csrf): Test {
    const own = method === 'GET' ? {} : { Origin: this.origin };
    return request(this.origin)
      [method.toLowerCase() as 'get'](path)
      .set({ Cookie: this.#cookie, ...own, ...headers })
      .expect((response) => assertDocumented(method, path, response));
  }

  async signIn(username = 'ada', headers: Record<string, string> = {}): Promise<Response> {
    const answer = await this.send('POST', '/api/sessions', { ...csrf, ...headers })
      .send({ username, password })
      .expect(201);
    [this.#cookie = ''] = String(answer.headers['set-cookie']).split(';');
    return answer;
  }

  /** Moves the clock. */
  async later(ms: number): Promise<void> {
    this.api.now = new Date(this.api.now.getTime() + ms);
  }
}

describe('sessions of browsers', function () {
  this.timeout(60_000);
  let api: ApiHarness;
  let listener: HttpListener;
  let ada: Caller;
  let bob: Caller;
  const browser = (): Browser => new Browser(api, listener.port);

  before(async () => {
    api = await ApiHarness.start();
    listener = await HttpListener.listen('127.0.0.1', 0, api.app);
    ada = await api.register('ada');
    bob = await api.register('bob', ada);
    await ada.post('/api/formations', { id: 'peachy', flavor: 'mock' }).expect(201);
  });
  after(async () => {
    await listener.close(0);
    await api.close();
  });

  it('begin with a password and live in a cookie that no script reads and no other site sends', async () => {
    const chrome = browser();
    const answer = await chrome.signIn('ada', { 'User-Agent': 'Chrome' });
    assert.match(
      String(answer.headers['set-cookie']),
      /^deis-session=[\w-]{43}; Path=\/; Expires=Sat, 05 Dec 2026 12:00:00 GMT; HttpOnly; SameSite=Strict$/,
    );
    assert.equal(answer.body.user.username, 'ada');
    assert.equal(answer.body.browser, 'Chrome');
    const secret = chrome.cookie.split('=')[1]!;
    assert.ok(!answer.text.includes(secret));
    assert.equal((await chrome.send('GET', '/api/auth/whoami').expect(200)).body.username, 'ada');
    const rows = await api.db.database('tokens').where({ hash: secret });
    assert.equal(rows.length, 0);
    assert.ok(!api.log.some((line) => line.includes(secret)));
    await chrome.send('GET', '/api/auth/whoami', { Cookie: 'deis-session=wrong' }).expect(401);
  });

  it('have a cookie of this host alone over TLS, which plain HTTP cannot plant', async () => {
    const behind = createApp({ ...api.parts, trustedProxies: ['loopback'] });
    const tls = { 'X-Forwarded-Proto': 'https', Origin: 'https://127.0.0.1' };
    const asked = request(behind)
      .post('/api/sessions')
      .set({ ...csrf, ...tls, Host: '127.0.0.1' });
    const cookie = String(
      (await asked.send({ username: 'ada', password }).expect(201)).headers['set-cookie'],
    );
    assert.match(
      cookie,
      /^__Host-deis-session=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
    );
    const [, text] = /=([\w-]+);/.exec(cookie)!;
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await request(behind).get('/api/auth/whoami').set(headers)).status;
    assert.equal(await status({ ...tls, Cookie: `__Host-deis-session=${text}` }), 200);
    assert.equal(await status({ ...tls, Cookie: `deis-session=${text}` }), 401);
    assert.equal(await status({ Cookie: `__Host-deis-session=${text}` }), 401);
    // A page of plain HTTP, at the same host, is one that anybody on the way can write.
    const plain = { ...tls, Origin: 'http://127.0.0.1', Cookie: `__Host-deis-session=${text}` };
    const change = request(behind)
      .delete('/api/sessions/current')
      .set({ ...csrf, Host: '127.0.0.1' });
    assert.match((await change.set(plain).expect(403)).body.detail, /a page of another site/);
  });

  it('do not begin without a Host, which HTTP/1.0 may leave out', async () => {
    const socket = connect(listener.port, '127.0.0.1');
    const body = JSON.stringify({ username: 'ada', password });
    socket.end(
      `POST /api/sessions HTTP/1.0\r\nOrigin: http://127.0.0.1\r\nX-Deis-CSRF: 1\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    assert.match(await readText(socket), /^HTTP\/1\.1 403 /);
  });

  it('are no tokens, and tokens are no sessions', async () => {
    const chrome = browser();
    await chrome.signIn();
    const text = chrome.cookie.split('=')[1]!;
    for (const scheme of ['token', 'Bearer']) {
      await api.anonymous().get('/api/auth/whoami').set('Authorization', `${scheme} ${text}`).expect(401);
      await chrome.send('GET', '/api/auth/whoami', { Authorization: `${scheme} wrong` }).expect(401);
    }
    await chrome.send('GET', '/api/auth/whoami', { Cookie: `deis-session=${ada.token}` }).expect(401);
    await chrome.send('POST', '/api/auth/regenerate').expect(409);
    await chrome.send('POST', '/api/tokens').send({ name: 'ci' }).expect(201);
  });

  it('do not begin with a wrong password, nor past the limit of tries, nor for a page of others', async () => {
    const few = { points: 2, seconds: 900 };
    const strict = createApp({ ...api.parts, authLimits: new AuthLimits({ perUser: few }) });
    const sign = (body: object, headers: Record<string, string> = csrf): Test =>
      request(strict).post('/api/sessions').set(headers).set('Sec-Fetch-Site', 'same-origin').send(body);
    await sign({ username: 'ada', password: 'wrong' }).expect(401);
    await sign({ username: 'ada', password }, {}).expect(403);
    await sign({ username: 'ada', password: 'wrong' }).expect(401);
    const { headers } = await sign({ username: 'ada', password }).expect(429);
    assert.ok(Number(headers['retry-after']) > 0);
    const { body } = await ada.get('/api/audit?limit=1').expect(200);
    assert.equal(body.results[0].action, 'POST /sessions');
    assert.match(body.results[0].outcome, /refused: wrong username or password/);
  });

  it('are listed to their user, and ended by them alone, at once', async () => {
    const [chrome, firefox] = [browser(), browser()];
    await chrome.signIn('bob', { 'User-Agent': 'Chrome' });
    await firefox.signIn('bob', { 'User-Agent': 'Firefox' });
    const { results } = (await chrome.send('GET', '/api/sessions').expect(200)).body;
    assert.deepEqual(
      results.map((each: { browser: string; current: boolean }) => [each.browser, each.current]),
      [
        ['Firefox', false],
        ['Chrome', true],
      ],
    );
    const path = `/api/sessions/${results[0].id}`;
    await ada.delete(path).expect(404);
    await firefox.send('GET', '/api/auth/whoami').expect(200);
    await chrome.send('DELETE', path).expect(204);
    await firefox.send('GET', '/api/auth/whoami').expect(401);
    const { headers } = await chrome.send('DELETE', '/api/sessions/current').expect(204);
    assert.match(String(headers['set-cookie']), /^deis-session=; .*Expires=Thu, 01 Jan 1970/);
    await chrome.send('GET', '/api/auth/whoami').expect(401);
    await bob.delete('/api/sessions/current').expect(404);
    await bob.get('/api/auth/whoami').expect(200);
    const token = (await bob.get('/api/tokens').expect(200)).body.results[0] as { id: number };
    await bob.delete(`/api/sessions/${token.id}`).expect(404);
    for (const id of ['0', 'x', '99999999999']) await bob.delete(`/api/sessions/${id}`).expect(404);
  });

  it('sign out as tokens log out', async () => {
    const chrome = browser();
    await chrome.signIn();
    const { headers } = await chrome.send('POST', '/api/auth/logout').expect(204);
    assert.match(String(headers['set-cookie']), /^deis-session=; /);
    await chrome.send('GET', '/api/auth/whoami').expect(401);
  });

  it('end when the password changes, but for the one that changes it', async () => {
    const [chrome, firefox] = [browser(), browser()];
    await chrome.signIn('bob');
    await firefox.signIn('bob');
    for (const [from, to] of [
      [password, 'battery horse'],
      ['battery horse', password],
    ])
      await chrome.send('POST', '/api/auth/passwd').send({ password: from, new_password: to }).expect(204);
    await chrome.send('GET', '/api/auth/whoami').expect(200);
    await firefox.send('GET', '/api/auth/whoami').expect(401);
    bob = await api.register('bob-again', ada);
  });

  it('end after a day without use, and after two weeks however much they are used', async () => {
    const [idle, busy] = [browser(), browser()];
    const begun = api.now;
    await idle.signIn();
    await busy.signIn();
    for (let hours = 0; hours < 14 * 24 - 23; hours += 23) {
      await busy.send('GET', '/api/auth/whoami').expect(200);
      await busy.later(23 * hourMs);
      if (hours > 23) await idle.send('GET', '/api/auth/whoami').expect(401);
    }
    await busy.send('GET', '/api/auth/whoami').expect(200);
    const [{ expires_at: end }] = (await busy.send('GET', '/api/sessions').expect(200)).body.results;
    assert.equal(new Date(end).getTime(), begun.getTime() + 14 * 24 * hourMs);
    api.now = new Date(end);
    await busy.send('GET', '/api/auth/whoami').expect(401);
    api.now = begun;
  });

  it('are twenty of one user: the one that was not used for longest ends for the next', async () => {
    const first = browser();
    await first.signIn('bob');
    const second = browser();
    await second.signIn('bob');
    await first.later(120_000);
    await first.send('GET', '/api/auth/whoami').expect(200);
    for (let count = 0; count < 19; count += 1) await browser().signIn('bob');
    await second.send('GET', '/api/auth/whoami').expect(401);
    await first.send('GET', '/api/auth/whoami').expect(200);
    assert.equal((await first.send('GET', '/api/sessions').expect(200)).body.count, 20);
  });

  describe('take no change that another page asks for', () => {
    const changing = routes.filter(
      ([method, , { access, changes }]) => access !== 'open' && (changes ?? method !== 'GET'),
    );
    const fill = (path: string): string => path.replace(':formation', 'peachy').replace(/:\w+/g, 'nosuch');
    let chrome: Browser;
    before(async () => {
      chrome = browser();
      await chrome.signIn();
    });
    /** The refusal's words; empty for any other answer. */
    const refusal = async ([method, path]: Route, headers: Record<string, string>): Promise<string> => {
      const { status, body } = await chrome.send(method, `${fill(path)}?no_such_parameter=1`, headers);
      return status === 403 ? (body as { detail: string }).detail : '';
    };

    for (const route of changing.filter(([, , { answers }]) => !(101 in answers))) {
      it(`${route[0]} ${route[1]}`, async () => {
        assert.match(await refusal(route, {}), /needs the header X-Deis-CSRF/);
        for (const origin of ['http://evil.example', `http://127.0.0.1:${listener.port + 1}`, 'null'])
          assert.match(await refusal(route, { ...csrf, Origin: origin }), /a page of another site/, origin);
        for (const site of ['cross-site', 'same-site', 'none'])
          assert.match(await refusal(route, { ...csrf, 'Sec-Fetch-Site': site }), /a page of another site/);
        assert.doesNotMatch(await refusal(route, csrf), /X-Deis-CSRF|another site/);
        // A proxy renamed us; the browser's own word counts.
        const renamed = { ...csrf, Origin: 'https://deis.example.com', 'Sec-Fetch-Site': 'same-origin' };
        assert.doesNotMatch(await refusal(route, renamed), /X-Deis-CSRF|another site/);
      });
    }

    for (const [, path] of routes.filter(([, , { answers }]) => 101 in answers)) {
      it(`GET ${path}, as a WebSocket`, async () => {
        const open = async (headers: Record<string, string>): Promise<number> => {
          const url = `ws://127.0.0.1:${listener.port}${fill(path)}?protocol=1`;
          const socket = new WebSocket(url, { headers: { Cookie: chrome.cookie, ...headers } });
          const status = await Promise.race([
            once(socket, 'open').then(() => 101),
            once(socket, 'unexpected-response').then(
              ([, response]) => (response as { statusCode: number }).statusCode,
            ),
          ]);
          socket.on('error', () => undefined).terminate();
          return status;
        };
        assert.equal(await open({}), 403);
        assert.equal(await open({ Origin: 'http://evil.example', ...csrf }), 403);
        assert.equal(await open({ Origin: chrome.origin }), 101);
      });
    }

    it('and reads are not in its reach: no answer names an origin that may read it', async () => {
      const reads = routes.filter(([method, , { answers }]) => method === 'GET' && !isStream(answers));
      for (const [, path] of reads) {
        const { headers } = await chrome.send('GET', fill(path), { Origin: 'http://evil.example' });
        assert.equal(headers['access-control-allow-origin'], undefined, path);
      }
    });

    it('and the refusal stands in the audit log', async () => {
      await chrome.send('POST', '/api/formations/peachy/converge', {}).expect(403);
      const { body } = await ada.get('/api/audit?limit=1').expect(200);
      assert.equal(body.results[0].action, 'POST /formations/:formation/converge');
      assert.match(body.results[0].outcome, /^refused: a change that a browser asks for needs/);
    });
  });
});
