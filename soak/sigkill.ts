import assert from 'node:assert/strict';
import { LiveFormation } from '../bench/live-formation.js';
import { askAnew } from '../test/support/server/ask-anew.js';
import { deploySteps, scaleLayersSteps } from '../server/formation/context/steps.js';
import { containersOfInstance } from '../test/support/nodes/docker-machine.js';
import { insideNode } from '../test/support/nodes/inside-node.js';
import type { Soak } from './soak.js';

/** `[KILLS] [SEED]`, default 25 and the time: the seed is printed, and the same one gives the same kills. */
export const soak: Soak = {
  about:
    'a story whose controller is killed with SIGKILL at random named steps always ends in the wanted ' +
    'state, with no orphan',
  run: ({ args, talk }) => {
    const [kills, seed] = [Number(args[0] ?? 25), Number(args[1] ?? Date.now() % 1_000_000)];
    return LiveFormation.during(['node-hello', ['runtime=2', 'proxy=1'], quickDrain], (formation) =>
      killOften({ formation, kills, seed, talk }),
    );
  },
};

const quickDrain = { DEIS_DRAIN_SECONDS: '1' };

interface KillRow {
  /** With two runtime nodes, whatever was pushed to it; its controller goes on with `quickDrain`. */
  readonly formation: LiveFormation;
  readonly kills: number;
  readonly seed: number;
  readonly talk: (line: string) => void;
}

/** What must be true in the end; each act changes some of it. */
interface Wanted {
  web: number;
  runtime: number;
  greeting: string;
  color: string;
}

interface Act {
  /** Operation kind, and the steps that it enters. */
  readonly kind: string;
  readonly steps: readonly string[];
  /** Writes down what is wanted from now on, and does it; it may fail, for its controller dies. */
  readonly begin: (formation: LiveFormation, wanted: Wanted, round: number) => Promise<unknown>;
}

const acts: readonly Act[] = [
  {
    kind: 'push',
    steps: ['build', ...deploySteps, 'ref'],
    begin: (formation, wanted, round) => formation.pushGreeting((wanted.greeting = `greeting ${round}`)),
  },
  {
    kind: 'deploy',
    steps: deploySteps,
    begin: ({ developer }, wanted, round) =>
      developer.deisHere(['config:set', `POWERED_BY=${(wanted.color = `color ${round}`)}`]),
  },
  {
    kind: 'scale-containers',
    steps: deploySteps,
    begin: ({ developer }, wanted) =>
      developer.deisHere(['scale', `web=${(wanted.web = (wanted.web % 4) + 1)}`]),
  },
  {
    kind: 'scale-layers',
    steps: scaleLayersSteps,
    begin: ({ developer }, wanted) =>
      developer.deisHere(['layers:scale', `runtime=${(wanted.runtime = wanted.runtime === 2 ? 3 : 2)}`]),
  },
  { kind: 'restart', steps: deploySteps, begin: ({ developer }) => developer.deisHere(['ps:restart']) },
];

/** @throws AssertionError at the first kill after which something is not as wanted */
export async function killOften({ formation, kills, seed, talk }: KillRow): Promise<void> {
  const random = randomOf(seed);
  const wanted: Wanted = { web: 2, runtime: 2, greeting: 'to be killed', color: 'color 0' };
  talk(`seed ${seed}`);
  await formation.pushGreeting(wanted.greeting);
  await formation.developer.deisHere(['config:set', `POWERED_BY=${wanted.color}`]);
  await formation.developer.deisHere(['scale', `web=${wanted.web}`]);
  for (let round = 1; round <= kills; round += 1) {
    const act = acts[Math.floor(random() * acts.length)]!;
    const step = act.steps[Math.floor(random() * act.steps.length)]!;
    const fault = `kill@${act.kind}/${step}${random() < 0.5 ? '' : ':end'}`;
    talk(`${round}: ${fault}`);
    await killAt(formation, fault, () => act.begin(formation, wanted, round));
    await assertWanted(formation, wanted);
  }
}

async function killAt(formation: LiveFormation, fault: string, begin: () => Promise<unknown>): Promise<void> {
  const { controller } = formation;
  await controller.kill();
  await controller.start({ DEIS_FAULTS: fault, ...quickDrain });
  const work = begin().catch((error: unknown) => error);
  const { signal } = await controller.ended(90_000);
  assert.equal(signal, 'SIGKILL', `${fault} was not reached`);
  await controller.start(quickDrain);
  await work;
  await formation.atRest(180_000);
}

async function assertWanted(formation: LiveFormation, wanted: Wanted): Promise<void> {
  const { developer, controller, urls } = formation;
  const body = await (await askAnew(urls[0]!)).text();
  assert.ok(
    body.includes(wanted.greeting) && body.includes(wanted.color),
    `${JSON.stringify(wanted)}: ${body}`,
  );
  const containers = await developer.json<{ type: string; num: number; state: string }[]>(['ps']);
  assert.deepEqual(
    containers.map(({ type, num, state }) => `${type}.${num} ${state}`).sort(),
    Array.from({ length: wanted.web }, (_, index) => `web.${index + 1} serving`),
  );
  const nodes = await developer.json<{ id: string; layer: string; status: string; cloud_id: string }[]>([
    'nodes',
  ]);
  const runtimes = nodes.filter(({ layer }) => layer === 'runtime');
  assert.deepEqual(
    [runtimes.length, nodes.every(({ status }) => status === 'ready')],
    [wanted.runtime, true],
    JSON.stringify(nodes),
  );
  assert.equal(
    (await containersOfInstance(controller.instance, 'node')).length,
    nodes.length,
    'machines that are no node',
  );
  assert.deepEqual(
    await containersOfInstance(controller.instance, 'build'),
    [],
    'build containers that are left',
  );
  const running = await Promise.all(
    runtimes.map(({ cloud_id }) =>
      insideNode(cloud_id, 'docker ps -q').then((ids) => ids.split('\n').filter(Boolean).length),
    ),
  );
  assert.equal(
    running.reduce((sum, count) => sum + count, 0),
    wanted.web,
    'containers on nodes',
  );
  const releases = await developer.json<{ version: number; live: boolean }[]>(['releases']);
  assert.equal(releases.filter(({ live }) => live).length, 1);
  assert.deepEqual(
    releases.map(({ version }) => version),
    Array.from({ length: releases.length }, (_, index) => releases.length - index),
    'versions rise one by one',
  );
}

/** mulberry32: https://github.com/cprosche/mulberry32 */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
