import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { compileProgram } from '../../provisioner/converge/compile-program.js';
import type { ConvergeTarget, NodeReport } from '../../provisioner/engine.js';
import { Fleet } from '../../provisioner/converge/fleet.js';
import { NodeSshTransport } from '../../provisioner/ssh/node-ssh-transport.js';
import type { SshTarget } from '../../provisioner/ssh/transport.js';
import { sampleDatabag } from '../../test/support/nodes/sample-databag.js';
import { startSshDaemon, type SshDaemon } from '../../test/support/nodes/ssh-daemon.js';
import { median, type Benchmark, type Figure } from '../benchmark.js';

const sizes = [25, 200] as const;
const rounds = 3;
/** Of the nodes, one in twenty hangs and one in twenty resets. */
const oneIn = 20;
const connectMs = 10_000;
/** Each daemon gives its sessions a HOME of their own, so that nodes on one machine share no lock. */
const inOwnDirectory = ['sh', '-c', 'cd "$HOME" && exec "$@"', 'in-own-directory'] as const;

/**
 * Nodes are OpenSSH servers on loopback, a process each; those that hang take connections and say nothing.
 */
export const benchmark: Benchmark = {
  about:
    'an empty program on 25 and on 200 nodes, of which 5 % hang and 5 % reset: ' +
    'time, memory, sockets, deadlines',
  measure: async ({ talk }) => {
    const daemons: SshDaemon[] = [];
    const broken = await Promise.all([
      startBroken(() => undefined),
      startBroken((socket) => socket.resetAndDestroy()),
    ]);
    try {
      const runs: Run[] = [];
      for (const size of sizes) {
        talk(`${size} nodes`);
        const bad = Math.max(1, Math.round(size / oneIn));
        while (daemons.length < size - 2 * bad) daemons.push(await startSshDaemon());
        runs.push(await measure(size, bad, daemons.slice(0, size - 2 * bad), broken));
      }
      return figures(runs);
    } finally {
      await Promise.all([
        ...daemons.map((daemon) => daemon.stop()),
        ...broken.map(({ server }) => new Promise((resolve) => server.close(resolve))),
      ]);
    }
  },
};

interface Run {
  readonly size: number;
  /** Seconds until the last sound node has converged. */
  readonly sound: number;
  /** Seconds until the last node that does not answer has been given up. */
  readonly all: number;
  readonly memoryMb: number;
  readonly sockets: number;
}

function figures(runs: readonly Run[]): Figure[] {
  const [few, many] = runs;
  if (few === undefined || many === undefined) throw new Error('nothing was measured');
  const linear = many.size / few.size;
  return [
    ...runs.flatMap(({ size, sound, all, memoryMb, sockets }): Figure[] => [
      { name: `sound nodes converged, of ${size}`, value: sound, unit: 's' },
      {
        name: `nodes that do not answer given up, of ${size}`,
        value: all,
        unit: 's',
        note: `they have ${connectMs / 1000} s, beside their turn`,
        target: { atMost: connectMs / 1000 + sound + 1 },
      },
      { name: `memory of the controller, ${size} nodes`, value: memoryMb, unit: 'MB' },
      {
        name: `sockets at most, ${size} nodes`,
        value: sockets,
        unit: 'sockets',
        note: 'with both ends of those that hang',
      },
    ]),
    {
      name: `time for ${many.size} over that for ${few.size}, by ${linear}`,
      value: many.sound / few.sound / linear,
      unit: 'x',
      target: { atMost: 1 },
      note: '1 is linear',
    },
  ];
}

async function measure(
  size: number,
  bad: number,
  daemons: readonly SshDaemon[],
  broken: readonly Broken[],
): Promise<Run> {
  const sound = daemons.map((daemon, n) => daemon.target(`node-${n}`));
  const first = sound[0]!;
  const failing = broken.flatMap(({ port }, kind) =>
    Array.from({ length: bad }, (_, n) => ({ ...first, name: `broken-${kind}-${n}`, port })),
  );
  const runs: Run[] = [];
  for (let round = 0; round < rounds; round += 1) runs.push(await once(size, sound, failing));
  return {
    size,
    sound: median(runs.map((run) => run.sound)),
    all: median(runs.map((run) => run.all)),
    memoryMb: median(runs.map((run) => run.memoryMb)),
    sockets: Math.max(...runs.map((run) => run.sockets)),
  };
}

/** Those that do not answer come first: they must not hold up the rest. */
async function once(size: number, sound: readonly SshTarget[], failing: readonly SshTarget[]): Promise<Run> {
  const databag = sampleDatabag();
  const { generation } = databag;
  const fleet = new Fleet(new NodeSshTransport(), {
    connectMs,
    sudo: inOwnDirectory,
    stateDir: 'state',
    compile: () => ({ text: compileProgram([], { generation, whyRun: true }), generation, resources: 0 }),
  });
  let sockets = 0;
  const sampling = setInterval(
    () =>
      (sockets = Math.max(
        sockets,
        process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length,
      )),
    50,
  );
  const began = performance.now();
  let soundMs = 0;
  try {
    const converge = async (ssh: SshTarget): Promise<NodeReport> => {
      const [report] = await fleet.converge([target(ssh)], databag, { whyRun: true, deadlineMs: 60_000 });
      if (report === undefined) throw new Error('no report');
      if (report.outcome === 'ok') soundMs = Math.max(soundMs, performance.now() - began);
      return report;
    };
    const reports = await Promise.all([...failing, ...sound].map(converge));
    const all = (performance.now() - began) / 1000;
    check(reports, sound.length);
    return { size, sound: soundMs / 1000, all, memoryMb: process.memoryUsage().rss / 2 ** 20, sockets };
  } finally {
    clearInterval(sampling);
    await fleet.close();
  }
}

function check(reports: readonly NodeReport[], sound: number): void {
  const wrong = reports.find(({ node, outcome }) => (outcome === 'ok') === node.startsWith('broken'));
  if (wrong !== undefined || reports.filter(({ outcome }) => outcome === 'ok').length !== sound)
    throw new Error(`${wrong?.node}: ${wrong?.outcome} ${wrong?.error ?? ''}`);
}

function target(ssh: SshTarget): ConvergeTarget {
  return {
    node: {
      name: ssh.name,
      layer: 'bench',
      kind: 'custom',
      address: ssh.address,
      username: ssh.username,
      attributes: {},
      downloads: {},
    },
    level: 0,
    runList: [],
    ssh,
  };
}

interface Broken {
  readonly server: Server;
  readonly port: number;
}

async function startBroken(take: (socket: Socket) => void): Promise<Broken> {
  const server = createServer((socket) => take(socket.on('error', () => undefined).resume()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}
