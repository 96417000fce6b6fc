import { Secret } from '../../base/secret.js';
import { NodeSession } from '../../provisioner/converge/node-session.js';
import { runProgram } from '../../provisioner/converge/run-program.js';
import { NodeSshTransport } from '../../provisioner/ssh/node-ssh-transport.js';
import { startSshDaemon } from '../../test/support/nodes/ssh-daemon.js';
import type { SshDaemon } from '../../test/support/nodes/ssh-daemon.js';
import { median, type Benchmark, type Figure } from '../benchmark.js';

/**
 * `[NODES] [ROUNDS]`. Each node is an OpenSSH server of its own on loopback; the two take turns, so that both
 * see the same machine.
 */
export const benchmark: Benchmark = {
  about: 'what running an empty program on nodes (lock, fence, detached) costs beside connecting to them',
  measure: async ({ args, talk }) => {
    const [nodes = 8, rounds = 20] = args.map(Number);
    const daemons = await Promise.all(Array.from({ length: nodes }, () => startSshDaemon()));
    try {
      const figures: Figure[] = [];
      for (const count of [...new Set([1, nodes])]) {
        talk(`${count} of ${nodes} nodes, ${rounds} rounds`);
        figures.push(...(await compare(daemons.slice(0, count), rounds)));
      }
      return figures;
    } finally {
      await Promise.all(daemons.map((daemon) => daemon.stop()));
    }
  },
};

async function compare(daemons: readonly SshDaemon[], rounds: number): Promise<Figure[]> {
  const plain: number[] = [];
  const program: number[] = [];
  await timed(daemons, connectAndRun);
  for (let round = 0; round < rounds; round += 1) {
    plain.push(await timed(daemons, justConnect));
    program.push(await timed(daemons, connectAndRun));
  }
  const on = `${daemons.length} node${daemons.length === 1 ? '' : 's'}`;
  return [
    { name: `connect and true, ${on}`, value: median(plain), unit: 'ms' },
    { name: `connect and empty program, ${on}`, value: median(program), unit: 'ms' },
    { name: `empty program over true, ${on}`, value: median(program) / median(plain), unit: 'x' },
  ];
}

const transport = new NodeSshTransport();

async function justConnect(daemon: SshDaemon, name: string): Promise<void> {
  const connection = await transport.connect(daemon.target(name), { deadlineMs: 10_000 });
  await connection.exec({ command: ['true'], deadlineMs: 10_000 });
  await connection.close();
}

async function connectAndRun(daemon: SshDaemon, name: string): Promise<void> {
  const session = new NodeSession(transport, daemon.target(name));
  const options = { deadlineMs: 10_000, connectMs: 10_000, stateDir: `${daemon.directory}/state`, sudo: [] };
  await runProgram(
    session,
    { runId: crypto.randomUUID(), text: new Secret(':\n'), generation: 1, whyRun: false },
    () => undefined,
    options,
  );
  await session.close();
}

async function timed(
  daemons: readonly SshDaemon[],
  act: (daemon: SshDaemon, name: string) => Promise<void>,
): Promise<number> {
  const began = performance.now();
  await Promise.all(daemons.map((daemon, n) => act(daemon, `node-${n}`)));
  return performance.now() - began;
}
