import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HookSender, requireAllowed } from '../../../../server/alerts/hook-sender.js';
import { RemoteNetworks } from '../../../../server/remote/remote-networks.js';

const { signal } = new AbortController();
const message = { headers: { 'deis-event': 'alert.test' }, body: '{"a":1}', signal };

describe('sending to hooks', () => {
  const heard: string[] = [];
  let status = 204;
  let server: Server;
  let port: number;
  before(async () => {
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        heard.push(`${request.method} ${request.url} ${String(request.headers['deis-event'])} ${text}`);
        response.writeHead(status, { Location: '/elsewhere' }).end('x'.repeat(200_000));
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    ({ port } = server.address() as AddressInfo);
  });
  after(() => server.close());
  beforeEach(() => void heard.splice(0));

  const sendTo = async (url: string, allowed: readonly string[]) => {
    const sender = new HookSender(new RemoteNetworks(allowed, () => []));
    try {
      return await sender.send(url, message);
    } finally {
      await sender.close();
    }
  };

  it('posts to an address that is allowed', async () => {
    assert.deepEqual(await sendTo(`http://127.0.0.1:${port}/token?a=b`, ['127.0.0.0/8']), {
      status: 204,
      error: null,
    });
    assert.deepEqual(heard, ['POST /token?a=b alert.test {"a":1}']);
  });

  it('takes a redirect and an error for not received, and follows neither', async () => {
    for (const code of [302, 500]) {
      status = code;
      assert.deepEqual(await sendTo(`http://127.0.0.1:${port}/`, ['127.0.0.0/8']), {
        status: code,
        error: `it answered ${code}`,
      });
    }
    assert.equal(heard.length, 2);
    status = 204;
  });

  it('reaches nothing of this host or a private network, by address or by name', async () => {
    for (const host of [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '169.254.169.254',
      '10.0.0.1',
    ]) {
      const { status: answered, error } = await sendTo(`http://${host}:${port}/`, []);
      assert.equal(answered, null, host);
      assert.match(error ?? '', /where hooks do not reach/, host);
    }
    assert.deepEqual(heard, []);
  });

  it('says nothing of a URL but its host', async () => {
    const { error } = await sendTo('http://127.0.0.1:1/secret-path?token=hunter2', ['127.0.0.0/8']);
    assert.ok(error !== null && !/secret-path|hunter2/.test(error), String(error));
  });

  it('takes no URL of another scheme, and none with a password', () => {
    const networks = { allows: () => true };
    for (const url of ['ftp://example.com/', 'file:///etc/passwd', 'https://me:pw@example.com/'])
      assert.throws(
        () => requireAllowed(new URL(url), networks),
        /not a valid scheme|no user and no password/,
      );
  });
});
