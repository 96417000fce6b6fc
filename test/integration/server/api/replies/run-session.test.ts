import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { waitUntil } from '../../../../../base/wait-until.js';
import { RunSocket } from '../../../../../server/api/replies/run-session.js';

const mebibyte = 1024 * 1024;
const sentMebibytes = 32;
const pingMs = 200;

describe('input of a run over a WebSocket', function () {
  this.timeout(20_000);
  let server: WebSocketServer;
  let client: WebSocket;
  let accepted: WebSocket;
  let run: RunSocket;

  beforeEach(async () => {
    server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: mebibyte });
    await once(server, 'listening');
    const arrives = once(server, 'connection');
    client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    [[accepted]] = (await Promise.all([arrives, once(client, 'open')])) as [[WebSocket], unknown];
    run = new RunSocket(accepted, new AbortController().signal, { pingMs });
    client.send(JSON.stringify({ command: 'sleep 60' }));
    await run.start();
  });
  afterEach(() => {
    client.terminate();
    accepted.terminate();
    server.close();
  });

  const sendMuch = (): void => {
    for (let n = 0; n < sentMebibytes; n += 1) client.send(Buffer.alloc(mebibyte, n));
  };
  const paused = (): Promise<true> =>
    waitUntil(async () => accepted.isPaused || undefined, {
      deadlineMs: 10_000,
      intervalMs: 5,
      what: 'the controller to stop reading',
    });
  const pings = async (count: number): Promise<void> => {
    const send = accepted.ping.bind(accepted);
    let sent = 0;
    accepted.ping = () => {
      sent += 1;
      send();
    };
    await waitUntil(async () => (sent >= count ? true : undefined), {
      deadlineMs: 10_000,
      intervalMs: 5,
      what: `${count} pings`,
    });
  };

  it('is not read while the command does not read, and whole when it does', async () => {
    const { stdin } = run.session(null);
    sendMuch();
    await paused();
    await pings(5);
    assert.equal(run.signal.aborted, false);
    assert.ok(accepted.isPaused);
    client.send(JSON.stringify({ eof: true }));
    let [bytes, isInOrder] = [0, true];
    for await (const chunk of stdin as AsyncIterable<Buffer>) {
      isInOrder &&= chunk.every((byte) => byte === Math.floor(bytes / mebibyte));
      bytes += chunk.length;
    }
    assert.equal(bytes, sentMebibytes * mebibyte);
    assert.ok(isInOrder);
  });

  it('that nobody has read does not keep the end of the command from the client', async () => {
    run.session(null);
    sendMuch();
    await paused();
    const last = once(client, 'message');
    const closed = once(client, 'close');
    run.end({ exit: 3 });
    assert.equal(String((await last)[0]), '{"exit":3}');
    assert.equal((await closed)[0], 1000);
  });

  it('is noticed to have no sender any more while it waits', async () => {
    run.session(null);
    sendMuch();
    await paused();
    client.terminate();
    await waitUntil(async () => run.signal.aborted || undefined, {
      deadlineMs: 10_000,
      intervalMs: 5,
      what: 'the run to end',
    });
  });

  it('ends the run beyond 16 MiB that came although the controller reads no more', () => {
    const socket = new UnstoppableSocket();
    const flooded = new RunSocket(socket as unknown as WebSocket, new AbortController().signal);
    flooded.session(null);
    socket.emit('message', Buffer.from('{"command":"sleep 60"}'), false);
    for (let n = 0; n < 16; n += 1) socket.emit('message', Buffer.alloc(mebibyte), true);
    assert.equal(flooded.signal.aborted, false);
    for (let n = 0; n < 2; n += 1) socket.emit('message', Buffer.alloc(mebibyte), true);
    assert.equal(flooded.signal.aborted, true);
  });
});

/** One that goes on giving out messages when it is paused. */
class UnstoppableSocket extends EventEmitter {
  readonly isPaused = false;
  pause(): void {
    // As if all had been received before.
  }
  ping(): void {
    // Answers none.
  }
  terminate(): void {
    this.emit('close');
  }
}
