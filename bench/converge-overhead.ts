/*
 * What running a program on nodes costs beside connecting to them: `npm run bench -- converge-overhead [NODES] [ROUNDS]`.
 * Each node is an OpenSSH server of its own on loopback. Prints medians in milliseconds, alternating the two so that both see the same machine.
 */
import { Secret } from '../cookbooks/secret.js';
import { NodeSession } from '../provisioner/converge/node-session.js';
import { runProgram } from '../provisioner/converge/run-program.js';
import { NodeSshTransport } from '../provisioner/ssh/node-ssh-transport.js';
import { startSshDaemon } from '../test/support/ssh-daemon.js';
import type { SshDaemon } from '../test/support/ssh-daemon.js';

const [nodes = 8, rounds = 20] = process.argv.slice(2).map(Number);
const transport = new NodeSshTransport();

async function justConnect(daemon: SshDaemon, name: string): Promise<void> {
  const connection = await transport.connect(daemon.target(name), { deadlineMs: 10_000 });
  await connection.exec({ command: ['true'], deadlineMs: 10_000 });
  await connection.close();
}

async function connectAndRun(daemon: SshDaemon, name: string): Promise<void> {
  const session = new NodeSession(transport, daemon.target(name));
  const options = { deadlineMs: 10_000, connectMs: 10_000, stateDir: `${daemon.directory}/state`, sudo: [] };
  await runProgram(session, { runId: crypto.randomUUID(), text: new Secret(':\n'), generation: 1, whyRun: false }, () => undefined, options);
  await session.close();
}

async function timed(daemons: readonly SshDaemon[], act: (daemon: SshDaemon, name: string) => Promise<void>): Promise<number> {
  const began = performance.now();
  await Promise.all(daemons.map((daemon, n) => act(daemon, `node-${n}`)));
  return performance.now() - began;
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const daemons = await Promise.all(Array.from({ length: nodes }, () => startSshDaemon()));
try {
  for (const count of [...new Set([1, nodes])]) {
    const some = daemons.slice(0, count);
    const plain: number[] = [];
    const program: number[] = [];
    await timed(some, connectAndRun);
    for (let round = 0; round < rounds; round += 1) {
      plain.push(await timed(some, justConnect));
      program.push(await timed(some, connectAndRun));
    }
    const [a, b] = [median(plain), median(program)];
    console.log(`${count} node${count === 1 ? '' : 's'}: connect + true ${a.toFixed(1)} ms, connect + no-op program ${b.toFixed(1)} ms, ${(b / a).toFixed(2)} times`);
  }
} finally {
  await Promise.all(daemons.map((daemon) => daemon.stop()));
}
