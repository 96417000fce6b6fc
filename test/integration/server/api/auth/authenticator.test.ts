import assert from 'node:assert/strict';
import type { Request } from 'express';
import { Strategy } from 'passport-strategy';
import request from 'supertest';
import { createApp } from '../../../../../server/app.js';
import { Authenticator } from '../../../../../server/api/auth/authenticator.js';
import {
  headerStrategies,
  type CallerStrategy,
  type FindToken,
} from '../../../../../server/api/auth/caller-strategies.js';
import { ApiHarness } from '../../../../support/server/api-harness.js';

/** A token in a cookie of another name, and a header that no other site can send with a change. */
class CookieStrategy extends Strategy {
  constructor(private readonly find: FindToken) {
    super();
  }

  override authenticate({ headers, method }: Request): void {
    const token = /(?:^|; )session=([^;]+)/.exec(headers.cookie ?? '')?.[1];
    const isSafe = method === 'GET' || headers['x-csrf'] === '1';
    if (token === undefined || !isSafe) return this.fail(401);
    this.find(token, 'header').then(
      (found) => (found === undefined ? this.fail(401) : this.success(found)),
      (error: Error) => this.error(error),
    );
  }
}

describe('Authenticator', function () {
  this.timeout(30_000);
  const cookie: CallerStrategy = { name: 'cookie', create: (find) => new CookieStrategy(find) };
  let api: ApiHarness;
  let token: string;
  before(async () => {
    api = await ApiHarness.start();
    const registration = { username: 'ada', password: 'correct horse battery', email: 'ada@example.com' };
    const { body } = await api.anonymous().post('/api/auth/register').send(registration).expect(201);
    token = (body as { token: string }).token;
  });
  after(() => api.close());

  const appWith = (strategies?: readonly CallerStrategy[]) => {
    const { stores, now, sessionMs } = api.parts;
    return createApp({ ...api.parts, authenticator: new Authenticator(stores, now, sessionMs, strategies) });
  };
  const status = async (
    app: ReturnType<typeof appWith>,
    headers: Record<string, string>,
    method: 'get' | 'post' = 'get',
  ): Promise<number> => {
    const asked = request(app)[method]('/api/formations').set(headers);
    return (await (method === 'post' ? asked.send({ id: 'not a name' }) : asked)).status;
  };

  it('takes the two headers, and no cookie, unless told otherwise', async () => {
    const app = appWith();
    assert.equal(await status(app, { Authorization: `token ${token}` }), 200);
    assert.equal(await status(app, { Authorization: `Bearer ${token}` }), 200);
    assert.equal(await status(app, { Authorization: 'Bearer wrong' }), 401);
    assert.equal(await status(app, { Cookie: `session=${token}` }), 401);
  });

  it('takes any strategy beside them, each with its own conditions', async () => {
    const app = appWith([...headerStrategies, cookie]);
    assert.equal(await status(app, { Authorization: `token ${token}` }), 200);
    const session = { Cookie: `session=${token}` };
    assert.equal(await status(app, session), 200);
    assert.equal(await status(app, { Cookie: 'session=wrong' }), 401);
    assert.equal(await status(app, session, 'post'), 401);
    assert.notEqual(await status(app, { ...session, 'X-CSRF': '1' }, 'post'), 401);
    assert.equal(await status(appWith([cookie]), { Authorization: `token ${token}` }), 401);
  });
});
