import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { drownInOutput, feedRuns } from './node-acts.js';
import { pause } from './pause.js';
import type { Person } from './person.js';

/** One thing that a user may feed the controller too much of. Ends soon after the signal. */
export type Act = (abuser: Person, signal: AbortSignal) => Promise<void>;

/** Strangers come from here; pushes of the abuser and of the other user have addresses of their own. */
const strangersAddress = '127.0.0.2';
const formations = 12;
const held = 3_000;
const megabyte = 1024 ** 2;

/** What `Person` of the soak has before the acts begin. */
export async function prepareAbuser(abuser: Person): Promise<void> {
  await abuser.must('POST', '/api/providers', { id: 'slow', type: 'mock' });
  await abuser.must('POST', '/api/flavors', { id: 'slow', provider: 'slow', params: { latency: 600_000 } });
  for (let n = 0; n < formations; n += 1)
    await abuser.must('POST', '/api/formations', { id: `flood-${n}`, flavor: 'slow' });
  for (const id of ['ranges', 'procfiles', 'output-1', 'output-2'])
    await abuser.must('POST', '/api/formations', { id });
}

export const acts = {
  'engine ranges': (abuser, signal) =>
    pushes(abuser, signal, 'ranges', (round) => ({
      'server.js': '',
      'package.json': JSON.stringify({
        engines: { node: round % 2 === 0 ? '>=1 '.repeat(50_000) : `${'x'.repeat(200)} || `.repeat(500) },
      }),
    })),
  Procfiles: (abuser, signal) =>
    pushes(abuser, signal, 'procfiles', (round) => ({
      'index.html': '',
      Procfile:
        round % 2 === 0
          ? Array.from({ length: 5_000 }, (_, n) => `type${n}: run`).join('\n')
          : `web: ${'a'.repeat(megabyte / 2)}`,
    })),
  'output of builds': async (abuser, signal) => {
    const files = { Procfile: 'web: node .', 'package.json': JSON.stringify({ scripts: { build: 'yes' } }) };
    await Promise.all(['output-1', 'output-2'].map((name) => pushes(abuser, signal, name, () => files)));
  },
  bodies: sendBodies,
  'silent connections': keepSilent,
  followers: follow,
  operations: async (abuser, signal) => {
    for (; !signal.aborted; await pause(held, signal))
      for (let n = 0; n < formations && !signal.aborted; n += 1)
        await abuser.must('POST', `/api/formations/flood-${n}/scale/layers`, { runtime: 3 });
  },
  'input of runs': feedRuns,
  'output of nodes': drownInOutput,
} satisfies Record<string, Act>;

/** Ends what the acts have left in the queue. */
export async function endAbuse(abuser: Person): Promise<void> {
  const names = Array.from({ length: formations }, (_, n) => `flood-${n}`);
  for (const name of [...names, 'ranges', 'procfiles', 'output-1', 'output-2']) {
    const { results } = await abuser.must('GET', `/api/formations/${name}/operations?limit=50`);
    for (const { id, finished_at: end } of results as { id: string; finished_at: string | null }[])
      if (end === null) await abuser.must('POST', `/api/operations/${id}/cancel`);
  }
}

/** Pushes what must not become a release, again and again. */
async function pushes(
  abuser: Person,
  signal: AbortSignal,
  formation: string,
  files: (round: number) => Readonly<Record<string, string>>,
): Promise<void> {
  for (let round = 0; !signal.aborted; round += 1) {
    const { code, text } = await abuser.push(formation, { ...files(round), round: String(round) }, signal);
    assert.ok(signal.aborted || code !== 0, `${formation}: this should be refused\n${text.slice(-2000)}`);
  }
}

/** Every one is refused for what it is, and costs no fault of the controller. */
async function sendBodies(abuser: Person, signal: AbortSignal): Promise<void> {
  const bodies = [
    JSON.stringify({ values: { A: 'x'.repeat(3 * megabyte) } }),
    '['.repeat(megabyte),
    JSON.stringify({ values: Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`A${n}`, 'x'])) }),
    JSON.stringify({ values: { 'wrong name': 'x'.repeat(megabyte) } }),
    `{"values": {"A": "${'\\u0000'.repeat(100_000)}"}}`,
  ];
  for (let round = 0; !signal.aborted; round += 1) {
    const body = bodies[round % bodies.length];
    const [path, method] =
      round % 3 === 0 ? ['/api/auth/login', 'POST'] : ['/api/formations/ranges/config', 'POST'];
    const { status } = await abuser.ask(method!, path!, body);
    assert.ok(
      status >= 400 && status < 500,
      `${method} ${path}: ${status} for body ${round % bodies.length}`,
    );
  }
}

/** Holds connections that say nothing to the API and to the git endpoint, and opens new ones. */
async function keepSilent({ controller }: Person, signal: AbortSignal): Promise<void> {
  const ports = [Number(new URL(controller.running.url).port), controller.running.gitPort];
  while (!signal.aborted) {
    const sockets = ports.flatMap((port) => Array.from({ length: 100 }, () => silent(port)));
    await pause(held, signal);
    for (const socket of sockets) socket.destroy();
  }
}

function silent(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress: strangersAddress });
  // Being turned away is what should happen to most of them.
  return socket.on('error', () => socket.destroy());
}

/** Follows logs and events without reading them. */
async function follow(abuser: Person, signal: AbortSignal): Promise<void> {
  const { url } = abuser.controller.running;
  while (!signal.aborted) {
    const { results } = await abuser.must('GET', '/api/formations/flood-0/operations?limit=1');
    const [newest] = results as { id: string }[];
    const paths = ['/api/formations/flood-0/logs/follow', newest && `/api/operations/${newest.id}/events`];
    const ends = new AbortController();
    const options = { headers: abuser.headers, signal: ends.signal };
    const streams = Array.from({ length: 60 }, (_, n) =>
      fetch(`${url}${paths[n % 2] ?? paths[0]}`, options).then(
        ({ status }) => status,
        () => 0,
      ),
    );
    await pause(held, signal);
    ends.abort();
    const statuses = await Promise.all(streams);
    assert.ok(!statuses.some((status) => status >= 500), `followers: ${statuses.join(' ')}`);
  }
}
