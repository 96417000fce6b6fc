import { setTimeout as pause } from 'node:timers/promises';
import pLimit from 'p-limit';
import { keptMs } from '../provisioner/ssh/kept-transport.js';
import { placeContainers } from '../server/formation/placement/place-containers.js';
import type { OthersContainer } from '../server/store/app/container-store.js';
import { node, runtime, snapshot } from '../test/support/server/formation-snapshots.js';
import { insideNode } from '../test/support/nodes/inside-node.js';
import { median, type Benchmark, type Figure } from './benchmark.js';
import { LiveFormation } from './live-formation.js';

const rounds = 3;
/** Turns in which both formations are pushed, the one or the other first: even, so that each is so as often. */
const turns = 6;
/** Pushes of guests at a time, while they are made. */
const atOnce = 3;
const layers = ['runtime=2', 'proxy=1'] as const;
const placed = { formations: 500, containers: 20, nodes: 500 };

/**
 * `[GUESTS]`. The formation `bench` on two runtime nodes and a proxy, first with one container for each guest to come,
 * then with a container, and as many guests of a container each beside it. The formation `alone` has as many nodes
 * for itself, on the same machine.
 */
export const benchmark: Benchmark = {
  about:
    'what guests on the same nodes cost: no-op converges, a push beside them, connections, memory, placement',
  measure: async ({ args, talk }) => {
    const [guests = 49] = args.map(Number);
    // By itself: it needs no machine, and the others would take its processor.
    const placement = placementSeconds();
    const bench = await LiveFormation.start('node-hello', layers, { DEIS_DOMAIN: 'apps.test' });
    try {
      await bench.pushGreeting('first');
      await bench.developer.deis(['create', 'alone', '--flavor=docker', '--no-remote']);
      await bench.developer.deis(['layers:scale', ...layers, '-f', 'alone']);
      await bench.push('alone');
      await bench.developer.deis(['scale', `web=${guests + 1}`]);
      const alone = await measure(bench, ['bench']);
      await bench.developer.deis(['scale', 'web=1']);
      const names = Array.from({ length: guests }, (_, index) => `guest-${index + 1}`);
      await addGuests(bench, names, talk);
      const many = await measure(bench, ['bench', ...names]);
      const pushes = await pushInTurns(bench, talk);
      const connections = await connectionsOfPush(bench);
      return figures({ guests, alone, many, pushes, connections, placement });
    } finally {
      await bench.close();
    }
  },
};

interface Measured {
  /** Seconds until the last of the no-op converges has ended. */
  readonly converge: number;
  /** MiB of nginx, rsyslog and the Docker engine, on each node. */
  readonly memory: readonly number[];
}

/** Seconds of a push of each formation, one after the other. */
interface Turn {
  readonly alone: number;
  readonly bench: number;
}

interface Outcome {
  readonly guests: number;
  readonly alone: Measured;
  readonly many: Measured;
  readonly pushes: readonly Turn[];
  readonly connections: number;
  /** Seconds. */
  readonly placement: number;
}

function figures({ guests, alone, many, pushes, connections, placement }: Outcome): Figure[] {
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
    ...pushFigures(guests, pushes),
    {
      name: 'SSH connections of a push, most on a node',
      value: connections,
      unit: 'connections',
      target: { atMost: 1 },
      note: 'after a pause, until its old containers are gone',
    },
    ...memoryFigures(guests, alone.memory, many.memory),
    {
      name: 'placement of 10,000 containers of 500 formations on 500 nodes',
      value: placement,
      unit: 's',
      target: { atMost: 1 },
    },
  ];
}

/** What a guest costs beside one formation of as many containers. */
function memoryFigures(guests: number, alone: readonly number[], many: readonly number[]): Figure[] {
  const each = many.map((mib, index) => (mib - alone[index]!) / guests);
  return [
    {
      name: 'memory of an idle guest on a node, the one that has most',
      value: Math.max(...each),
      unit: 'MB',
      target: { atMost: 1 },
      note: 'nginx, rsyslog and Docker, beside one formation of as many containers',
    },
    {
      name: 'memory of an idle guest on all three nodes',
      value: each.reduce((sum, mib) => sum + mib, 0),
      unit: 'MB',
    },
  ];
}

/** Of each what it takes when it is pushed in turns with the other, after a turn that does not count. */
function pushFigures(guests: number, pushes: readonly Turn[]): Figure[] {
  return [
    {
      name: 'push, alone',
      value: median(pushes.map(({ alone }) => alone)),
      unit: 's',
      note: 'on nodes of its own, on the machine that the guests are on, too',
    },
    { name: `push, beside ${guests} guests`, value: median(pushes.map(({ bench }) => bench)), unit: 's' },
    {
      name: 'push, beside over alone',
      value: median(pushes.map(({ alone, bench }) => bench / alone)),
      unit: 'x',
      target: { atMost: 1.1 },
      note: `median of ${pushes.length} turns of both, the guests idle: what they cost the machine slows either`,
    },
  ];
}

/** Makes and pushes guests of the host `bench`, a few at a time. */
async function addGuests(
  bench: LiveFormation,
  names: readonly string[],
  talk: (line: string) => void,
): Promise<void> {
  const limit = pLimit(atOnce);
  let made = 0;
  await limit.map(names, async (name) => {
    await bench.developer.deis(['create', name, '--on=bench', '--no-remote']);
    await bench.push(name);
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
  const memory = await Promise.all(bench.nodes.map((each) => memoryOn(bench, each.id)));
  return { converge: median(times), memory };
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

/** The same commit to both in each turn; who is first changes. The turn before the first warms up both. */
async function pushInTurns(bench: LiveFormation, talk: (line: string) => void): Promise<Turn[]> {
  const all: Turn[] = [];
  for (let turn = 0; turn <= turns; turn += 1) {
    await bench.commitGreeting(`turn ${turn}`);
    const order = turn % 2 === 0 ? (['alone', 'bench'] as const) : (['bench', 'alone'] as const);
    const seconds = { alone: 0, bench: 0 };
    for (const formation of order) seconds[formation] = await timedPush(bench, formation);
    talk(`turn ${turn}: ${seconds.alone.toFixed(2)} s alone, ${seconds.bench.toFixed(2)} s beside guests`);
    if (turn > 0) all.push(seconds);
  }
  for (const formation of ['alone', 'bench']) {
    const steps = [...(await bench.stepsOfNewest('push', formation))];
    talk(`${formation}: ${steps.map(([step, seconds]) => `${step} ${seconds.toFixed(2)}`).join(', ')}`);
  }
  return all;
}

/** Begins when nothing of either goes on. */
async function timedPush(bench: LiveFormation, formation: string): Promise<number> {
  for (const each of ['alone', 'bench']) await bench.atRest(undefined, each);
  const began = performance.now();
  await bench.push(formation);
  return (performance.now() - began) / 1000;
}

/** Logins that the nodes saw while an app was pushed and its old container ended: the most on one of them. */
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
  // Until then it would go on over connections of the push before.
  await pause(keptMs + 1000);
  const before = await logins();
  if (before.some((count) => !(count > 0))) throw new Error('the nodes tell of no logins');
  await bench.pushGreeting('connections');
  await bench.atRest();
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
