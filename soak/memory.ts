import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { ControllerProcess } from '../test/support/server/controller-process.js';
import { prepareMachine } from '../test/support/nodes/docker-machine.js';
import { residentBytes } from './abuse/memory.js';
import { prepareOther, workOn, type Work } from './abuse/other-user.js';
import { pause } from './abuse/pause.js';
import { Person } from './abuse/person.js';
import type { Soak } from './soak.js';

/** `[SECONDS]`, default 3600. */
export const soak: Soak = {
  about:
    'an hour of ordinary work: calls, pushes, operations, followers of logs and events; memory stays as it was',
  run: ({ args, talk }) => stayTheSame({ seconds: Number(args[0] ?? 3600), talk }),
};

const mib = 1024 ** 2;
/** Of the time: caches fill, code is compiled. */
const warming = 1 / 4;
const samples = 12;
/** Between the first quarter's end and the last one: what garbage has not been collected yet comes and goes. */
const maxGrowth = { times: 1.1, bytes: 15 * mib };
const readEveryMs = 200;
const followMs = 5_000;
const paths = [
  '/api/formations',
  '/api/formations/quiet',
  '/api/formations/quiet/operations',
  '/api/formations/quiet/logs/kept',
  '/api/formations/quiet-pushes/builds',
  '/api/formations/quiet-pushes/releases',
  '/api/formations/quiet/nodes',
  '/api/flavors',
  '/api/keys',
  '/api/info',
];

/** @throws AssertionError when the controller has grown */
export async function stayTheSame({
  seconds,
  talk,
}: {
  readonly seconds: number;
  readonly talk: (line: string) => void;
}): Promise<void> {
  await prepareMachine();
  const controller = new ControllerProcess();
  try {
    await controller.start({ DEIS_PROVIDERS: 'docker,mock', DEIS_LOG_LEVEL: 'info' });
    const person = await Person.register(controller, 'ada', { address: '127.0.0.1' });
    await prepareOther(person);
    talk(`idle: ${shown(residentBytes(controller.running.pid))}`);
    const end = new AbortController();
    const work: Work = { pushes: 0, waits: [] };
    const all = Promise.all([
      workOn(person, work, end.signal),
      read(person, end.signal),
      follow(person, end.signal),
    ]);
    all.catch(() => end.abort());
    // Work that failed is why nothing more is looked at.
    const lowest = (part: number): Promise<number> =>
      lowestOf(controller.running.pid, seconds * part, end.signal).catch(async (error: unknown) => {
        await all;
        throw error;
      });
    const first = await lowest(warming);
    talk(`after ${Math.round(seconds * warming)} s: ${shown(first)}`);
    const last = await lowest(1 - warming);
    end.abort();
    await all;
    talk(`after ${seconds} s: ${shown(last)}; ${work.pushes} pushes, ${work.waits.length} operations`);
    assert.ok(
      last <= first * maxGrowth.times + maxGrowth.bytes,
      `${shown(first)} after a quarter of the time became ${shown(last)}`,
    );
  } finally {
    await controller.remove();
  }
}

/** The least of what is resident in the last tenth of so much time: what a collection of garbage leaves. */
async function lowestOf(pid: number, seconds: number, signal: AbortSignal): Promise<number> {
  await delay(seconds * 900, undefined, { signal });
  const found: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    found.push(residentBytes(pid));
    await delay((seconds * 100) / samples, undefined, { signal });
  }
  return Math.min(...found);
}

async function read(person: Person, signal: AbortSignal): Promise<void> {
  for (let turn = 0; !signal.aborted; turn += 1) {
    await person.must('GET', paths[turn % paths.length]!);
    await pause(readEveryMs, signal);
  }
}

/** Follows logs and events of an operation, for a while, again and again. */
async function follow(person: Person, signal: AbortSignal): Promise<void> {
  const { url } = person.controller.running;
  while (!signal.aborted) {
    const upTo = AbortSignal.any([signal, AbortSignal.timeout(followMs)]);
    const followed = async (): Promise<void> => {
      const options = { headers: person.headers, signal: upTo };
      const answer = await fetch(`${url}/api/formations/quiet/logs/follow`, options);
      assert.equal(answer.status, 200, await (answer.ok ? '' : answer.text()));
      await answer.text();
    };
    await followed().catch((error: unknown) => {
      if (!upTo.aborted) throw error;
    });
  }
}

const shown = (bytes: number): string => `${Math.round(bytes / mib)} MiB`;
