import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { HttpListener } from '../../../../server/listen/http-listener.js';

describe('the HTTP listener', function () {
  this.timeout(10_000);
  const told = new EventEmitter();
  let listener: HttpListener;
  before(async () => {
    listener = await HttpListener.listen(
      '127.0.0.1',
      0,
      (request, response) => {
        request
          .on('error', () => undefined)
          .on('end', () => response.write('begun '))
          .resume();
        told.once('end', () => response.end('ended'));
      },
      { receiveMs: 200 },
    );
  });
  after(() => listener.close(0));

  it('ends a request whose body does not come, and no answer that takes longer', async () => {
    const answer = await fetch(`http://127.0.0.1:${listener.port}/`, { method: 'POST', body: '{}' });
    const slow = connect(listener.port, '127.0.0.1');
    slow.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{');
    assert.match(await text(slow), /^HTTP\/1\.1 408 /);
    told.emit('end');
    assert.equal(await answer.text(), 'begun ended');
  });

  it('keeps an idle connection for longer than load balancers do, which use it again for a minute', async () => {
    const answer = await fetch(`http://127.0.0.1:${listener.port}/`, { method: 'POST', body: '{}' });
    told.emit('end');
    await answer.text();
    assert.equal(answer.headers.get('keep-alive'), 'timeout=75');
  });
});

describe('connections that ask for an upgrade', function () {
  this.timeout(20_000);
  const ask = 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';
  /** Neither ends its own side nor closes when the other side has ended. */
  const clients: Socket[] = [];
  afterEach(() => clients.splice(0).forEach((client) => client.destroy()));
  const askOn = async (port: number): Promise<void> => {
    const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    clients.push(client);
    client.on('error', () => undefined).resume();
    client.write(ask);
    await once(client, 'end');
  };

  it('are closed by the answer: 200 that stay open on the other side leave nothing', async () => {
    const listener = await HttpListener.listen('127.0.0.1', 0, (_request, response) => response.end('no'));
    await Promise.all(Array.from({ length: 200 }, () => askOn(listener.port)));
    // It waits for every connection that is left.
    await listener.close(60_000);
  });

  it('are closed without an answer too, after a time in which nothing is sent', async () => {
    const listener = await HttpListener.listen('127.0.0.1', 0, () => undefined, { receiveMs: 200 });
    await askOn(listener.port);
    await listener.close(60_000);
  });
});
