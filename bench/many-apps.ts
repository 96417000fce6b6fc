import pLimit from 'p-limit';
import { placeContainers } from '../server/formation/placement/place-containers.js';
import type { OthersContainer } from '../server/store/app/container-store.js';
import { node, runtime, snapshot } from '../test/support/server/formation-snapshots.js';
import { insideNode } from '../test/support/nodes/inside-node.js';
import { median, type Benchmark, type Figure } from './benchmark.js';
import { LiveFormation } from './live-formation.js';

const rounds = 3;
/** Pushes of guests at a time, while they are made. */
const atOnce = 3;
const placed = { formations: 500, containers: 20, nodes: 500 };

/**
 * `[GUESTS]`. A formation on two runtime nodes and a proxy, first alone with one container for each guest to come,
 * then with a container, and as many guests of a container each beside it.
 */
export const benchmark: Benchmark = {
  about:
    'what guests on the same nodes cost: no-op converges, a push beside them, connections, memory, placement',
  measure: async ({ args, talk }) => {
    const [guests = 49] = args.map(Number);
    const bench = await LiveFormation.start('node-hello', ['runtime=2', 'proxy=1'], {
      DEIS_DOMAIN: 'apps.test',
    });
    try {
      await bench.pushGreeting('first');
      const push = await medianPush(bench, 'alone');
      talk(`a push alone: ${push.toFixed(2)} s`);
      await bench.developer.deis(['scale', `web=${guests + 1}`]);
      const alone = await measure(bench, ['bench']);
      await bench.developer.deis(['scale', 'web=1']);
      const names = Array.from({ length: guests }, (_, index) => `guest-${index + 1}`);
      await addGuests(bench, names, talk);
      const many = await measure(bench, ['bench', ...names]);
      const beside = await medianPush(bench, 'beside');
      const connections = await connectionsOfPush(bench);
      return figures({ guests, alone, many, push, beside, connections });
    } finally {
      await bench.close();
    }
  },
};

interface Measured {
  /** Seconds until the last of the no-op converges has ended. */
  readonly converge: number;
  /** MiB of nginx, rsyslog and the Docker engine, on all nodes. */
  readonly memory: number;
}

interface Outcome {
  readonly guests: number;
  readonly alone: Measured;
  readonly many: Measured;
  readonly push: number;
  readonly beside: number;
  readonly connections: number;
}

function figures({ guests, alone, many, push, beside, connections }: Outcome): Figure[] {
  return [
    { name: `no-op converge, one formation of ${guests + 1} containers`, value: alone.converge, unit: 's' },
    {
      name: `no-op converge of all ${guests + 1} formations`,
      value: many.converge,
      unit: 's',
      note: 'all asked for at once',
    },
    {
      name: 'no-op converge, all over one',
      value: many.converge / alone.converge,
      unit: 'x',
      target: { atMost: 2 },
    },
    { name: 'push, alone', value: push, unit: 's' },
    { name: `push, beside ${guests} guests`, value: beside, unit: 's' },
    { name: 'push, beside over alone', value: beside / push, unit: 'x', target: { atMost: 1.1 } },
    {
      name: 'SSH connections of a push, most on a node',
      value: connections,
      unit: 'connections',
      target: { atMost: 1 },
    },
    {
      name: 'memory of an idle guest on all nodes',
      value: (many.memory - alone.memory) / guests,
      unit: 'MB',
      target: { atMost: 1 },
      note: 'nginx, rsyslog and Docker, beside one formation of as many containers',
    },
    {
      name: 'placement of 10,000 containers of 500 formations on 500 nodes',
      value: placementSeconds(),
      unit: 's',
      target: { atMost: 1 },
    },
  ];
}

/** Makes and pushes guests of the host `bench`, a few at a time. */
async function addGuests(
  { developer }: LiveFormation,
  names: readonly string[],
  talk: (line: string) => void,
): Promise<void> {
  const limit = pLimit(atOnce);
  const host = (await developer.git(['remote', 'get-url', 'deis'])).stdout.trim();
  let made = 0;
  await limit.map(names, async (name) => {
    await developer.deis(['create', name, '--on=bench', '--no-remote']);
    await developer.git(['push', host.replace(/\bbench\.git$/, `${name}.git`), 'master']);
    made += 1;
    if (made % 10 === 0) talk(`${made} guests`);
  });
}

async function measure(bench: LiveFormation, names: readonly string[]): Promise<Measured> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    await Promise.all(names.map((name) => bench.converge(name)));
    times.push((performance.now() - began) / 1000);
  }
  const onNodes = await Promise.all(bench.nodes.map((each) => memoryOn(bench, each.id)));
  return { converge: median(times), memory: onNodes.reduce((sum, mib) => sum + mib, 0) };
}

/** MiB, each shared page counted once. */
async function memoryOn({ controller }: LiveFormation, name: string): Promise<number> {
  const script =
    `for pid in $(pgrep -x 'nginx|rsyslogd|dockerd|containerd'); do ` +
    `awk '/^Pss:/ { print $2 }' /proc/$pid/smaps_rollup; done`;
  const lines = await insideNode(`deis-${controller.instance}-${name}`, script);
  const kib = lines.split('\n').map(Number);
  if (kib.length < 3 || kib.some((each) => !(each > 0)))
    throw new Error(`no memory is told of ${name}: ${lines}`);
  return kib.reduce((sum, each) => sum + each, 0) / 1024;
}

async function medianPush(bench: LiveFormation, greeting: string): Promise<number> {
  const times: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    await bench.commitGreeting(`${greeting} ${round}`);
    await bench.atRest();
    const began = performance.now();
    await bench.developer.git(['push', 'deis', 'master']);
    times.push((performance.now() - began) / 1000);
  }
  return median(times);
}

/** Logins that the nodes saw while an app was pushed: the most on one of them. */
async function connectionsOfPush(bench: LiveFormation): Promise<number> {
  const logins = (): Promise<number[]> =>
    Promise.all(
      bench.nodes.map(async ({ id }) =>
        Number(
          await insideNode(
            `deis-${bench.controller.instance}-${id}`,
            `journalctl --no-pager -q -u ssh | grep -c 'Accepted publickey' || true`,
          ),
        ),
      ),
    );
  await bench.atRest();
  const before = await logins();
  if (before.some((count) => !(count > 0))) throw new Error('the nodes tell of no logins');
  await bench.pushGreeting('connections');
  const after = await logins();
  return Math.max(...after.map((count, index) => count - before[index]!));
}

/** Formation after formation, each beside all that was placed before. */
function placementSeconds(): number {
  const nodes = Array.from({ length: placed.nodes }, (_, index) => node(runtime, index + 1));
  const others: OthersContainer[] = [];
  const began = performance.now();
  for (let formation = 0; formation < placed.formations; formation += 1) {
    const plan = placeContainers(snapshot({ nodes, others }), 1, new Map([['web', placed.containers]]));
    others.push(...plan.start.map(({ nodeId, port }) => ({ nodeId, port, memory: null, cpus: null })));
  }
  const seconds = (performance.now() - began) / 1000;
  if (others.length !== placed.formations * placed.containers)
    throw new Error(`${others.length} were placed`);
  return seconds;
}
