import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '../base/wait-until.js';
import { allocatorSettings } from '../quickstart/controller/allocator-settings.js';
import { ControllerProcess } from '../test/support/server/controller-process.js';
import { prepareMachine } from '../test/support/nodes/docker-machine.js';
import { acts, endAbuse, prepareAbuser, type Act } from './abuse/acts.js';
import { figuresOf, sayFigures, wrongWith, type Figures } from './abuse/figures.js';
import { LoopLog } from './abuse/loop.js';
import { MemoryWatch, residentBytes } from './abuse/memory.js';
import { prepareNode } from './abuse/node-acts.js';
import { prepareOther, workOn, type Work } from './abuse/other-user.js';
import { Person } from './abuse/person.js';
import { startProbe } from './abuse/probe.js';
import { runAsService, type EndGroup } from './abuse/service-group.js';
import type { Soak } from './soak.js';

/** `[SECONDS [ACT...]]`, default 3600 of all acts: half of the time each by itself, half all at once. */
export const soak: Soak = {
  about:
    'one user and strangers feed the controller more than its bounds, of each thing and of everything at once; it ' +
    'answers in time, gives the memory back, and another user works on',
  run: ({ args: [given = '3600', ...names], talk }) => {
    const count = names.length || Object.keys(acts).length;
    const seconds = Number(given) / 2;
    return abuse({ alone: seconds / count, together: seconds, names, talk });
  },
};

interface AbuseRow {
  /** Seconds of each act by itself, and of all of them at once. */
  readonly alone: number;
  readonly together: number;
  /** Of acts; none: all of them. */
  readonly names?: readonly string[];
  readonly talk: (line: string) => void;
}

interface Scene {
  readonly abuser: Person;
  readonly other: Person;
  readonly loop: LoopLog;
  /** Resident bytes of the controller before the first act. */
  readonly memory: number;
  readonly talk: AbuseRow['talk'];
}

type Chosen = readonly [string, Act][];

/** Milliseconds that the other user's operation may wait for a worker. */
const maxWaitMs = 3_000;
/** Beside what the controller had before: its heap keeps some room, and caches are filled. */
const maxGrownBytes = 150 * 1024 ** 2;
const restMs = 60_000;
const quietMs = 3_000;
/** The acts would be on machines of their own: here they take what the controller leaves. */
const generatorPriority = 19;
const settings = {
  ...allocatorSettings,
  DEIS_PROVIDERS: 'docker,mock',
  DEIS_BUILD_SECONDS: '30',
  DEIS_LOG_LEVEL: 'info',
};

/** @throws AssertionError when an answer came too late, memory stayed, or the other user did not get a turn */
export async function abuse({ alone, together, names = [], talk }: AbuseRow): Promise<void> {
  await prepareMachine();
  const controller = new ControllerProcess();
  const loopPath = join(controller.dataDir, 'loop.jsonl');
  const watch = {
    NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import ${programOf('loop-watch.mjs')}`,
    SOAK_LOOP: loopPath,
  };
  let endService: EndGroup | undefined;
  try {
    await controller.start({ ...settings, ...watch }, { ownSession: true });
    const service = [controller.running.pid, ...databaseProcesses(controller.dataDir)];
    endService = runAsService(`deis-soak-${process.pid}`, service);
    setPriority(generatorPriority);
    const other = await Person.register(controller, 'ada', { address: '127.0.0.1' });
    const { code } = await other.must('POST', '/api/users/invite', {});
    const abuser = await Person.register(controller, 'mallory', {
      code: String(code),
      address: '127.0.0.3',
    });
    await prepareAbuser(abuser);
    await prepareNode(abuser, other);
    await prepareOther(other);
    const memory = residentBytes(controller.running.pid);
    const scene = { abuser, other, loop: new LoopLog(loopPath), memory, talk };
    sayFigures('before', await measure(scene, () => delay(quietMs)), talk);
    const chosen = Object.entries<Act>(acts).filter(([name]) => names.length === 0 || names.includes(name));
    const wrong: string[] = [];
    for (const act of alone > 0 ? chosen : []) wrong.push(...(await abuseFor(alone, [act], scene)));
    wrong.push(...(await abuseFor(together, chosen, scene)));
    assert.deepEqual(wrong, []);
  } finally {
    setPriority(0);
    await controller.remove();
    endService?.();
  }
}

/** Resolves to what did not hold. */
async function abuseFor(seconds: number, chosen: Chosen, scene: Scene): Promise<string[]> {
  const { abuser, other, talk } = scene;
  const name = chosen.length === 1 ? chosen[0]![0] : 'all at once';
  const memory = new MemoryWatch(other.controller.running.pid, scene.memory);
  const work: Work = { pushes: 0, waits: [] };
  const figures = await measure(scene, () => everythingAtOnce(seconds, chosen, scene, work)).finally(() =>
    memory.end(),
  );
  const longest = Math.max(...work.waits);
  await endAbuse(abuser);
  const after = await settled(memory);
  const sizes = [memory.before, memory.peak, after].map((bytes) => Math.round(bytes / 1024 ** 2));
  sayFigures(name, figures, talk);
  talk(
    `${name}: resident ${sizes.join(', ')} MiB before, at most, afterwards; the other user: ${work.pushes} pushes, ` +
      `${work.waits.length} operations, begun within ${longest} ms`,
  );
  const wrong = wrongWith(figures);
  if (longest > maxWaitMs) wrong.push(`an operation of the other user waited for ${longest} ms`);
  if (after - memory.before > maxGrownBytes) wrong.push(`memory did not come back: ${sizes.join(', ')} MiB`);
  return wrong.map((line) => `${name}: ${line}`);
}

/** Each act and the other user's work, until the time is over or one of them fails. Leaves nothing behind. */
async function everythingAtOnce(
  seconds: number,
  chosen: Chosen,
  { abuser, other }: Scene,
  work: Work,
): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  const timer = setTimeout(() => over.abort(), seconds * 1000);
  const failures: Error[] = [];
  const all: [string, Promise<void>][] = chosen.map(([name, act]) => [name, act(abuser, signal)]);
  all.push(['the other user', workOn(other, work, signal)]);
  const ends = all.map(([name, act]) =>
    act.catch((cause: unknown) => {
      const error = new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
      failures.push(error);
      over.abort();
    }),
  );
  await Promise.all(ends);
  clearTimeout(timer);
  if (failures[0] !== undefined) throw failures[0];
}

async function measure({ other, loop }: Scene, work: () => Promise<void>): Promise<Figures> {
  const { url } = other.controller.running;
  loop.next();
  const end = await startProbe([
    { name: 'health', url: `${url}/health`, everyMs: 50 },
    { name: 'api', url: `${url}/api/formations`, headers: other.headers, everyMs: 200 },
  ]);
  const worked = work();
  await worked.catch(() => undefined);
  const measured = await end();
  await worked;
  return figuresOf(measured, loop.next());
}

/** Resident bytes once they have come back, or as they are when there was time enough for that. */
async function settled({ pid, before }: MemoryWatch): Promise<number> {
  const isBack = async () => (residentBytes(pid) - before <= maxGrownBytes ? true : undefined);
  const options = { deadlineMs: restMs, intervalMs: 500, what: 'the memory to come back' };
  await waitUntil(isBack, options).catch(() => undefined);
  return residentBytes(pid);
}

/** Of its PostgreSQL, which has a session of its own: what a unit says of a service is said of all its processes. */
function databaseProcesses(dataDir: string): number[] {
  const files = readdirSync(dataDir, { recursive: true, encoding: 'utf8' });
  return files
    .filter((path) => basename(path) === 'postmaster.pid')
    .flatMap((path) => {
      const [pid = ''] = readFileSync(join(dataDir, path), 'utf8').split('\n');
      const workers = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
      return [pid, ...workers].map(Number);
    });
}

function programOf(name: string): string {
  return fileURLToPath(new URL(`abuse/${name}`, import.meta.url));
}
