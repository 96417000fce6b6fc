import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { HttpListener } from '../../../../server/listen/http-listener.js';
import { parseLine } from '../../../../server/listen/passed-connections.js';
import { makeCertificate } from '../../../support/server/make-certificate.js';

const ask =
  'GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: http\r\nConnection: close\r\n\r\n';
const line = 'PROXY TCP4 203.0.113.7 10.0.0.15 50000 443\r\n';

describe('connections that a proxy passes on as they are', function () {
  this.timeout(10_000);
  const open: HttpListener[] = [];
  afterEach(() => Promise.all(open.splice(0).map((listener) => listener.close(0))));

  async function listen(
    passedBy: readonly string[],
    isTls: boolean,
    requestProxies: readonly string[] = [],
  ): Promise<number> {
    const pair = makeCertificate(['localhost']);
    const tls = isTls ? { cert: pair.certificate, key: pair.key } : undefined;
    const listener = await HttpListener.listen(
      '127.0.0.1',
      0,
      ({ headers }, response) =>
        response.end(`${String(headers['x-forwarded-for'])} ${String(headers['x-forwarded-proto'])}`),
      { proxies: { passedBy, requestProxies }, tls, receiveMs: 2000 },
    );
    open.push(listener);
    return listener.port;
  }

  /** What is answered; `parts` of the first line are sent one after the other. */
  async function answered(port: number, parts: readonly string[], isTls: boolean): Promise<string> {
    const raw = connect(port, '127.0.0.1');
    raw.setNoDelay(true).on('error', () => undefined);
    for (const part of parts) {
      raw.write(part);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const socket: Socket = isTls ? connectTls({ socket: raw, rejectUnauthorized: false }) : raw;
    socket.on('error', () => undefined);
    socket.write(ask);
    // One that is refused may end with a reset.
    return (await text(socket).catch(() => '')).split('\r\n').at(-1)!;
  }

  for (const isTls of [true, false])
    describe(isTls ? 'over TLS' : 'in clear', () => {
      it('have the client of the first line, whatever they say themselves', async () => {
        const port = await listen(['127.0.0.1'], isTls);
        assert.match(await answered(port, [line], isTls), /203\.0\.113\.7 undefined/);
        assert.match(
          await answered(port, [line.slice(0, 3), line.slice(3)], isTls),
          /203\.0\.113\.7 undefined/,
        );
      });

      it('have no client where the first line knows none, whatever they say themselves', async () => {
        const port = await listen(['127.0.0.1'], isTls, ['loopback']);
        assert.equal(await answered(port, ['PROXY UNKNOWN\r\n'], isTls), 'undefined undefined');
      });

      it('are refused without a first line', async () => {
        for (const requestProxies of [[], ['10.0.0.15']])
          assert.equal(await answered(await listen(['127.0.0.1'], isTls, requestProxies), [], isTls), '');
      });

      it('are known by an address in whatever form it is written', async () => {
        for (const form of ['::ffff:127.0.0.1', '::FFFF:7f00:1'])
          assert.match(await answered(await listen([form], isTls), [line], isTls), /^203\.0\.113\.7 /, form);
      });
    });

  it('may be a proxy’s requests, in clear, where it is one of both kinds: also beside TLS', async () => {
    for (const isTls of [true, false]) {
      const port = await listen(['127.0.0.1'], isTls, ['127.0.0.0/8']);
      assert.equal(await answered(port, [], false), '9.9.9.9 http');
      assert.match(await answered(port, [line], isTls), /203\.0\.113\.7 undefined/);
    }
  });

  it('have no client over TLS without a first line: no proxy has read what they say', async () => {
    const port = await listen(['127.0.0.1'], true, ['127.0.0.1']);
    assert.equal(await answered(port, [], true), 'undefined undefined');
  });

  it('are in clear beside TLS for no one else', async () => {
    assert.equal(await answered(await listen(['127.0.0.1'], true), [], false), '');
    assert.equal(await answered(await listen(['10.0.0.15'], true, ['127.0.0.1']), [], false), '');
    assert.equal(await answered(await listen([], true, ['127.0.0.1']), [], false), '');
  });

  it('are cut in clear beside TLS, too, when the server closes', async () => {
    const port = await listen(['127.0.0.1'], true, ['127.0.0.1']);
    const socket = sent(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    await open.splice(0)[0]!.close(0);
    await once(socket.resume(), 'close');
  });

  it('are believed of no one else', async () => {
    const port = await listen(['10.0.0.15'], false);
    assert.doesNotMatch(await answered(port, [line], false), /203\.0\.113\.7/);
  });

  it('end where the first line is none of the protocol', async () => {
    const port = await listen(['127.0.0.1'], true);
    for (const wrong of ['PROXY TCP4 x y 1 2\r\n', `PROXY TCP4 ${'1'.repeat(200)}`])
      assert.equal(await text(sent(port, wrong)), '');
  });

  function sent(port: number, words: string): Socket {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined).write(words);
    return socket;
  }

  it('name a client by its own family alone', () => {
    assert.deepEqual(parseLine('PROXY TCP6 2001:db8::1 2001:db8::2 1 2'), { client: '2001:db8::1' });
    assert.deepEqual(parseLine('PROXY UNKNOWN'), { client: undefined });
    for (const wrong of ['PROXY TCP4 2001:db8::1 2001:db8::2 1 2', 'PROXY TCP4 10.0.0.1 10.0.0.2 1', 'PROXY'])
      assert.equal(parseLine(wrong), undefined);
  });
});
