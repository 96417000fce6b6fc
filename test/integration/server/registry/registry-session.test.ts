import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { UserError } from '../../../../base/errors.js';
import { Secret } from '../../../../base/secret.js';
import type { RegistryAddress } from '../../../../server/registry/ask-registry.js';
import { issueCertificate, makeAuthority } from '../../../../server/registry/key-pair.js';
import { RegistrySession } from '../../../../server/registry/registry-session.js';

/** A registry of the token protocol with its token service, which says what the test tells it to. */
describe('signing in to a registry with tokens', () => {
  let server: Server;
  let registry: RegistryAddress;
  let now = new Date('2026-12-01T00:00:00Z');
  let challenge = '';
  let answer: { status: number; body: string };
  const asked: { url: string; authorization: string | undefined }[] = [];
  const login = new Secret('ada:pass:word "ü"');

  before(async () => {
    const authority = await makeAuthority('a registry');
    const { certificate, key } = await issueCertificate(authority, ['127.0.0.1']);
    server = createServer({ cert: certificate, key: key.reveal() }, (request: IncomingMessage, response) => {
      asked.push({ url: request.url ?? '', authorization: request.headers.authorization });
      if (request.url === '/v2/') response.writeHead(401, { 'WWW-Authenticate': challenge }).end();
      else response.writeHead(answer.status).end(answer.body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    registry = { host: '127.0.0.1', port, authority: authority.certificate };
  });
  after(() => void server.close());
  beforeEach(() => {
    asked.length = 0;
    challenge = `Bearer realm="https://127.0.0.1:${registry.port}/token?a=b",service="registry.example.com"`;
    answer = { status: 200, body: '{"token": "token-1", "expires_in": 60}' };
  });

  const session = (): RegistrySession => new RegistrySession({ registry, login, now: () => now });
  const revealed = async (from: RegistrySession, scope = 'repository:shop:pull'): Promise<unknown> =>
    (await from.credential(scope)).token?.reveal();

  it('gives the login to the token service that the registry names, for the scope that is wanted', async () => {
    assert.equal(await revealed(session(), 'repository:team/shop:pull,push'), 'token-1');
    const basic = `Basic ${Buffer.from(login.reveal()).toString('base64')}`;
    assert.deepEqual(asked, [
      { url: '/v2/', authorization: undefined },
      {
        url: '/token?a=b&service=registry.example.com&scope=repository%3Ateam%2Fshop%3Apull%2Cpush',
        authorization: basic,
      },
    ]);
  });

  it('takes the other name of a token, and one for each scope', async () => {
    const own = session();
    answer.body = '{"access_token": "token-a"}';
    assert.equal(await revealed(own), 'token-a');
    answer.body = '{"token": "token-b"}';
    assert.deepEqual(
      [await revealed(own), await revealed(own, 'registry:catalog:*')],
      ['token-a', 'token-b'],
    );
  });

  it('keeps a token until shortly before it ends', async () => {
    const own = session();
    await revealed(own);
    now = new Date(now.getTime() + 44_000);
    answer.body = '{"token": "token-2", "expires_in": 60}';
    assert.equal(await revealed(own), 'token-1');
    now = new Date(now.getTime() + 2_000);
    assert.equal(await revealed(own), 'token-2');
  });

  it('signs in with the login itself where that is asked for, and lets an unknown way be', async () => {
    challenge = 'Basic realm="Registry"';
    assert.deepEqual(await session().credential('x'), { login });
    challenge = 'Negotiate';
    await assert.rejects(session().credential('x'), /expected Basic or Bearer/);
  });

  it('gives the login to no service without TLS, and says in no error what it was told', async () => {
    challenge = 'Bearer realm="http://127.0.0.1/token"';
    await assert.rejects(
      session().credential('x'),
      (error) => error instanceof UserError && /TLS/.test(error.message),
    );
    challenge = `Bearer realm="https://127.0.0.1:${registry.port}/token"`;
    for (const [told, message] of [
      [{ status: 403, body: 'token-sentinel' }, /answers 403 to the login of the registry 127\.0\.0\.1/],
      [{ status: 200, body: '{"token": 5, "x": "token-sentinel"}' }, /gave no token/],
      [{ status: 200, body: 'token-sentinel' }, /gave no token/],
      [{ status: 200, body: '{}' }, /gave no token/],
    ] as const) {
      answer = told;
      await assert.rejects(
        session().credential('x'),
        (error: Error) => message.test(error.message) && !/sentinel|pass:word/.test(String(error.stack)),
      );
    }
  });
});
