import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { waitUntil } from '../base/wait-until.js';
import { ControllerProcess } from '../test/support/controller-process.js';
import { prepareMachine } from '../test/support/docker-machine.js';
import { acts, endAbuse, prepareAbuser, type Act } from './abuse/acts.js';
import { prepareOther, workOn, type Work } from './abuse/other-user.js';
import { Person } from './abuse/person.js';
import { percentile, startProbe, type Measured } from './abuse/probe.js';
import type { Soak } from './soak.js';

/** `[SECONDS [ACT...]]`, default 3600 of all acts. */
export const soak: Soak = {
  about:
    'one user and strangers feed the controller more than its bounds, of everything at once; it answers in ' +
    'time, gives the memory back, and another user works on',
  run: ({ args, talk }) => abuse({ seconds: Number(args[0] ?? 3600), names: args.slice(1), talk }),
};

interface AbuseRow {
  readonly seconds: number;
  /** Of acts; none: all of them. */
  readonly names?: readonly string[];
  readonly talk: (line: string) => void;
}

interface People {
  readonly abuser: Person;
  readonly other: Person;
}

/** Milliseconds: the 99th percentile of /health, the 95th of the API, the longest wait for a worker. */
const most = { health: 100, api: 500, wait: 3_000 };
/** Beside what the controller had before: its heap keeps some room, and caches are filled. */
const maxGrownBytes = 150 * 1024 ** 2;
const restMs = 60_000;
const quietMs = 3_000;
const settings = { DEIS_PROVIDERS: 'docker,mock', DEIS_BUILD_SECONDS: '8', DEIS_LOG_LEVEL: 'info' };

/** @throws AssertionError when an answer came too late, memory stayed, or the other user did not get a turn */
export async function abuse({ seconds, names = [], talk }: AbuseRow): Promise<void> {
  await prepareMachine();
  const controller = new ControllerProcess();
  try {
    await controller.start(settings);
    const other = await Person.register(controller, 'ada');
    const { code } = await other.must('POST', '/api/users/invite', {});
    const abuser = await Person.register(controller, 'mallory', String(code));
    await prepareAbuser(abuser);
    await prepareOther(other);
    talk(`before: ${said(await measure(other, () => delay(quietMs)))}; ${machine()}`);
    const chosen = Object.entries<Act>(acts).filter(([name]) => names.length === 0 || names.includes(name));
    await abuseFor(seconds, chosen, { abuser, other }, talk);
  } finally {
    await controller.remove();
  }
}

async function abuseFor(
  seconds: number,
  chosen: readonly [string, Act][],
  people: People,
  talk: AbuseRow['talk'],
): Promise<void> {
  const { abuser, other } = people;
  const before = residentBytes(other);
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, residentBytes(other))), 500);
  const work: Work = { pushes: 0, waits: [] };
  const measured = await measure(other, () => everythingAtOnce(seconds, chosen, people, work)).finally(() =>
    clearInterval(watch),
  );
  const longest = Math.max(...work.waits);
  talk(`meanwhile: ${said(measured)}; ${machine()}`);
  talk(`the other user: ${work.pushes} pushes, ${work.waits.length} operations, begun within ${longest} ms`);
  await endAbuse(abuser);
  const after = await settled(other, before);
  const sizes = [before, peak, after].map((bytes) => Math.round(bytes / 1024 ** 2));
  talk(`resident: ${sizes.join(', ')} MiB before, at most, afterwards`);
  assertInTime(measured);
  assert.ok(work.pushes > 0 && longest <= most.wait, `an operation waited for ${longest} ms`);
  assert.ok(after - before <= maxGrownBytes, `memory did not come back: ${sizes.join(', ')} MiB`);
}

/** Each act and the other user's work, until the time is over or one of them fails. Leaves nothing behind. */
async function everythingAtOnce(
  seconds: number,
  chosen: readonly [string, Act][],
  { abuser, other }: People,
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

async function measure(user: Person, work: () => Promise<void>): Promise<Measured> {
  const { url } = user.controller.facts;
  const end = startProbe([
    { name: 'health', url: `${url}/health`, everyMs: 50 },
    { name: 'api', url: `${url}/api/formations`, headers: user.headers, everyMs: 200 },
  ]);
  const worked = work();
  await worked.catch(() => undefined);
  const measured = await end();
  await worked;
  return measured;
}

function assertInTime({ health, api }: Measured): void {
  assert.deepEqual([health?.failed, api?.failed], [[], []]);
  const [healthMs, apiMs] = [percentile(health!.ms, 0.99), percentile(api!.ms, 0.95)];
  assert.ok(healthMs < most.health, `/health took ${healthMs.toFixed(0)} ms (p99); ${machine()}`);
  assert.ok(apiMs < most.api, `the API took ${apiMs.toFixed(0)} ms (p95); ${machine()}`);
}

/** Resident bytes once they have come back, or as they are when there was time enough for that. */
async function settled(user: Person, before: number): Promise<number> {
  const isBack = async () => (residentBytes(user) - before <= maxGrownBytes ? true : undefined);
  const options = { deadlineMs: restMs, intervalMs: 500, what: 'the memory to come back' };
  await waitUntil(isBack, options).catch(() => undefined);
  return residentBytes(user);
}

function residentBytes({ controller }: Person): number {
  const status = readFileSync(`/proc/${controller.facts.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}

function said({ health, api, machine: late }: Measured): string {
  const each = ([name, ms]: readonly [string, readonly number[]]): string =>
    `${name} p50 ${percentile(ms, 0.5).toFixed(1)}, p95 ${percentile(ms, 0.95).toFixed(1)}, ` +
    `p99 ${percentile(ms, 0.99).toFixed(1)} ms of ${ms.length}`;
  return (
    [
      ['/health', health!.ms],
      ['the API', api!.ms],
      ['timers beside them', late!.ms],
    ] as const
  )
    .map(each)
    .join('; ');
}

function machine(): string {
  return `load ${loadavg()[0]!.toFixed(1)} on ${cpus().length} processors`;
}
