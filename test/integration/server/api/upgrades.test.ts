import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { routes } from '../../../../server/api/router.js';
import { HttpListener } from '../../../../server/listen/http-listener.js';
import { ApiHarness } from '../../../support/server/api-harness.js';

describe('requests for an upgrade', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let listener: HttpListener;
  before(async () => {
    api = await ApiHarness.start();
    listener = await HttpListener.listen('127.0.0.1', 0, api.app);
  });
  after(async () => {
    await listener.close(0);
    await api.close();
  });

  /** What comes until the controller ends the connection, which the client leaves open. */
  const answerOf = async (method: string, path: string, body = '', more = ''): Promise<string> => {
    const client = connect({ port: listener.port, host: '127.0.0.1', allowHalfOpen: true });
    client.write(
      `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`,
    );
    try {
      return await text(client);
    } finally {
      client.destroy();
    }
  };

  for (const [method, path, { answers }] of routes)
    it(`${method} ${path}: ${101 in answers ? 'are taken from users' : 'are refused at once'}`, async () => {
      const answer = await answerOf(method, path.replace(/:\w+/g, 'x'), method === 'GET' ? '' : '{"a":1}');
      if (101 in answers) assert.match(answer, /^HTTP\/1\.1 401 /);
      else assert.match(answer, /^HTTP\/1\.1 400 [^]*nothing can be upgraded here: ask again without/);
    });

  it('are refused when the handshake is not one, and nothing of them goes on', async () => {
    const ada = await api.register('ada');
    await ada.post('/api/formations', { id: 'adas', flavor: 'mock' }).expect(201);
    const ask = (more: string): Promise<string> =>
      answerOf(
        'GET',
        '/api/formations/adas/run?protocol=1',
        '',
        `Authorization: token ${ada.token}\r\n${more}`,
      );
    const key = `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n`;
    assert.match(await ask(''), /^HTTP\/1\.1 400 [^]*Sec-WebSocket-Key is not a valid key/);
    assert.match(
      await ask(`${key}Sec-WebSocket-Version: 7\r\n`),
      /^HTTP\/1\.1 400 [^]*Sec-WebSocket-Version/,
    );
  });

  it('are answered 404 where there is nothing', async () => {
    assert.match(await answerOf('GET', '/nowhere'), /^HTTP\/1\.1 404 /);
  });
});
