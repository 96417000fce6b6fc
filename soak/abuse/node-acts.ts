import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import { waitUntil } from '../../base/wait-until.js';
import { pause } from './pause.js';
import type { Person } from './person.js';

const formation = 'live';
const node = `${formation}-runtime-1`;
const nodeMs = 180_000;
const held = 3_000;
const atOnce = 4;
/** Of input that the socket has not taken, so that it is the controller's memory that is tried. */
const maxWaiting = 1024 ** 2;
const everyMs = 5;
const block = Buffer.alloc(64 * 1024, 'x');

/** A node of the abuser's own with a live release, which one-off commands run in. */
export async function prepareNode(abuser: Person, admin: Person): Promise<void> {
  await admin.must('POST', '/api/allowed-providers', { username: 'mallory', type: 'docker' });
  await abuser.must('POST', '/api/providers', { id: 'boxes', type: 'docker' });
  await abuser.must('POST', '/api/flavors', { id: 'box', provider: 'boxes', params: {} });
  await abuser.must('POST', '/api/formations', { id: formation, flavor: 'box' });
  const { id } = await abuser.must('POST', `/api/formations/${formation}/scale/layers`, { runtime: 1 });
  const ended = async () => {
    const operation = await abuser.must('GET', `/api/operations/${String(id)}`);
    return operation['finished_at'] === null ? undefined : operation;
  };
  const operation = await waitUntil(ended, { deadlineMs: nodeMs, intervalMs: 200, what: 'a node' });
  assert.equal(operation['state'], 'succeeded', JSON.stringify(operation));
  const { code, text } = await abuser.push(formation, { 'index.html': 'live' });
  assert.equal(code, 0, text);
}

/** Sends a command input that it never reads, and asks for output that nobody ever reads. */
export async function feedRuns(abuser: Person, signal: AbortSignal): Promise<void> {
  const url = `${abuser.controller.running.url.replace('http', 'ws')}/api/formations/${formation}/run?protocol=1`;
  while (!signal.aborted) {
    const sockets = Array.from({ length: atOnce }, (_, n) => {
      const socket = new WebSocket(url, { headers: abuser.headers });
      // Being cut off is what should happen to some of them.
      socket.on('error', () => undefined);
      return n % 2 === 0 ? withInput(socket, 'sleep 600') : unread(socket, 'yes');
    });
    await pause(held * 3, signal);
    for (const socket of sockets) socket.terminate();
  }
}

/** Asks a node, and a container there, for output without an end; reads a half of it, and of the rest nothing. */
export async function drownInOutput(abuser: Person, signal: AbortSignal): Promise<void> {
  const { url } = abuser.controller.running;
  const base = `${url}/api/formations/${formation}`;
  while (!signal.aborted) {
    const ends = new AbortController();
    const streams = Array.from({ length: atOnce }, async (_, n) => {
      const answer = await fetch(n < 2 ? `${base}/nodes/${node}/run` : `${base}/run`, {
        method: 'POST',
        headers: { ...abuser.headers, 'Content-Type': 'application/json' },
        body: JSON.stringify({ command: n % 2 === 0 ? 'yes' : 'head -c 1000000000 /dev/zero' }),
        signal: ends.signal,
      });
      if (n % 2 === 0) await answer.body?.pipeTo(new WritableStream());
      return answer.status;
    }).map((status) => status.catch(() => 0));
    await pause(held * 3, signal);
    ends.abort();
    const statuses = await Promise.all(streams);
    assert.ok(!statuses.some((status) => status >= 500), `output of nodes: ${statuses.join(' ')}`);
  }
}

function withInput(socket: WebSocket, command: string): WebSocket {
  socket.on('open', () => {
    socket.send(JSON.stringify({ command, env: {}, terminal: null }));
    const timer = setInterval(() => {
      if (socket.readyState === WebSocket.OPEN && socket.bufferedAmount < maxWaiting) socket.send(block);
    }, everyMs);
    socket.on('close', () => clearInterval(timer));
  });
  return socket;
}

function unread(socket: WebSocket, command: string): WebSocket {
  socket.on('open', () => {
    socket.send(JSON.stringify({ command, env: {}, terminal: null }));
    socket.pause();
  });
  return socket;
}
