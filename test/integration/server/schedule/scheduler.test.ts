import assert from 'node:assert/strict';
import { waitUntil } from '../../../../base/wait-until.js';
import { onAbort } from '../../../../base/on-abort.js';
import type { Job } from '../../../../server/schedule/job.js';
import { Scheduler } from '../../../../server/schedule/scheduler.js';
import type { ScheduledJob } from '../../../../server/store/operations/schedule-store.js';
import { createTestDatabase, type TestDatabase } from '../../../support/server/database.js';

const hourMs = 3_600_000;

describe('Scheduler', function () {
  this.timeout(20_000);
  let db: TestDatabase;
  let started: Scheduler[] = [];
  let warnings: string[] = [];
  before(async () => {
    db = await createTestDatabase();
  });
  beforeEach(async () => {
    warnings = [];
    await db.database('scheduled_jobs').delete();
  });
  afterEach(async () => {
    await Promise.all(started.map((scheduler) => scheduler.stop()));
    started = [];
  });
  after(() => db.close());

  const controller = async (owner: string, jobs: readonly Job[], leaseMs = 20_000): Promise<Scheduler> => {
    const log = { warn: (_fields: object, message: string) => void warnings.push(message) };
    const scheduler = new Scheduler(
      { store: db.stores.schedule, jobs, log, random: () => 0 },
      { owner, leaseMs, graceMs: 50 },
    );
    started.push(scheduler);
    await scheduler.start();
    return scheduler;
  };
  const job = (run: Job['run'], more: Partial<Job> = {}): Job => ({
    name: 'sweep',
    everyMs: hourMs,
    deadlineMs: 10_000,
    run,
    ...more,
  });
  const row = async (): Promise<ScheduledJob> => (await db.stores.schedule.list())[0]!;
  const until = (what: string, isSo: () => boolean | Promise<boolean>): Promise<true> =>
    waitUntil(async () => ((await isSo()) ? true : undefined), { deadlineMs: 10_000, intervalMs: 20, what });
  const hasEnded = async (): Promise<boolean> => (await row()).endedAt !== null;
  const makeDue = () => db.database('scheduled_jobs').update({ not_before: db.database.raw('now()') });
  const endless: Job['run'] = (signal) =>
    new Promise((_resolve, reject) => onAbort(signal, () => reject(signal.reason as Error)));

  it('runs a new job at once, once among several controllers, and again when its period is over', async () => {
    const runs: string[] = [];
    const names = ['a', 'b', 'c'];
    const each = (name: string): Job => job(async () => void runs.push(name), { everyMs: 400 });
    for (const name of names) await controller(name, [each(name)]);
    await until('the first run', hasEnded);
    const first = await row();
    assert.equal(runs.length, 1);
    assert.equal(first.notBefore.getTime() - first.endedAt!.getTime(), 400);
    await until('two more runs', () => runs.length >= 3);
    const ms = (await row()).startedAt!.getTime() - first.endedAt!.getTime();
    assert.ok(ms >= 2 * 400, `the third run began ${ms} ms after the first`);
  });

  it('never runs a job beside itself, in one controller or in several', async () => {
    let [now, most, count] = [0, 0, 0];
    const slow = job(
      async () => {
        now += 1;
        most = Math.max(most, now);
        await db.database.raw('select pg_sleep(0.05)');
        now -= 1;
        count += 1;
      },
      { everyMs: 1 },
    );
    for (const name of ['a', 'b', 'c']) await controller(name, [slow]);
    await until('six runs', () => count >= 6);
    assert.equal(most, 1);
  });

  it('remembers over a restart when the next run is due', async () => {
    let runs = 0;
    const counted = job(async () => void (runs += 1));
    const first = await controller('a', [counted]);
    await until('the run', hasEnded);
    await first.stop();
    const before = await row();
    await controller('b', [counted]);
    assert.equal(await db.stores.schedule.claim('c', 1000, ['sweep']), undefined);
    assert.deepEqual([runs, (await row()).notBefore], [1, before.notBefore]);
    await makeDue();
    await controller('d', [counted]);
    await until('the next run', () => runs === 2);
  });

  it('takes over the job of a controller that died in between, when its lease has ended', async () => {
    await db.stores.schedule.declare([{ name: 'sweep', everyMs: hourMs }]);
    assert.equal((await db.stores.schedule.claim('dead', 600, ['sweep']))?.leaseOwner, 'dead');
    const diedAt = performance.now();
    let ranAfter: number | undefined;
    await controller('b', [job(async () => void (ranAfter = performance.now() - diedAt))], 600);
    await until('the run', () => ranAfter !== undefined);
    assert.ok(ranAfter! >= 550, `taken over after ${ranAfter} ms`);
    assert.equal(await db.stores.schedule.renew('sweep', 'dead', 1000), false);
    const late = await db.stores.schedule.finish('sweep', 'dead', { outcome: 'failed', pauseMs: 0 });
    assert.equal(late, false, 'the dead one can write nothing any more');
  });

  it('keeps the lease of a job that takes longer than the lease', async () => {
    let isDone = false;
    await controller(
      'a',
      [job(async () => db.database.raw('select pg_sleep(1.2)').then(() => void (isDone = true)))],
      400,
    );
    await until('the run', () => isDone);
    assert.equal(await db.stores.schedule.claim('b', 1000, ['sweep']), undefined);
    await until('its end', hasEnded);
    assert.equal((await row()).outcome, 'succeeded');
  });

  it('gives up a job that hangs past its deadline, and tries it again', async () => {
    let runs = 0;
    const hangs = job((signal) => ((runs += 1) === 1 ? endless(signal) : Promise.resolve()), {
      deadlineMs: 100,
      everyMs: 100,
    });
    await controller('a', [hangs]);
    await until('the end of the first', hasEnded);
    assert.equal((await row()).error, 'not done within 0.1 s');
    await until('a success', async () => (await row()).outcome === 'succeeded');
    assert.deepEqual([runs >= 2, (await row()).failures], [true, 0]);
    assert.deepEqual(warnings, ['a job failed; it is tried again']);
  });

  it('does not begin a job beside a run that ignores its deadline; another controller does', async () => {
    let [stuck, others] = [0, 0];
    let release = (): void => undefined;
    const ignores = job(
      () => {
        stuck += 1;
        return new Promise<void>((resolve) => (release = resolve));
      },
      { deadlineMs: 50, everyMs: 50 },
    );
    await controller('a', [ignores]);
    await until('giving up', async () => (await row()).outcome === 'given up');
    const second = await controller('b', [job(async () => void (others += 1), { everyMs: 50 })]);
    await until('runs elsewhere', () => others >= 3);
    // Or it would take each turn before the first one does.
    await second.stop();
    assert.equal(stuck, 1);
    release();
    await until('a second run here', async () => (await makeDue(), stuck === 2));
    release();
  });

  it('waits longer after each failure, and says why it failed', async () => {
    const fails = job(() => Promise.reject(new Error(`no ${'x'.repeat(1000)}`)));
    await controller('a', [fails]);
    await until('the failure', hasEnded);
    const first = await row();
    assert.deepEqual([first.outcome, first.failures, first.error!.length], ['failed', 1, 500]);
    assert.equal(first.notBefore.getTime() - first.endedAt!.getTime(), 30_000);
    await makeDue();
    await controller('b', [fails]);
    await until('the second', async () => (await row()).failures === 2);
    const second = await row();
    assert.equal(second.notBefore.getTime() - second.endedAt!.getTime(), 60_000);
  });

  it('gives a running job back when it stops: the next controller takes it at once', async () => {
    let isAborted = false;
    const first = await controller('a', [
      job(async (signal) => endless(signal).finally(() => (isAborted = signal.aborted))),
    ]);
    await until('the start', async () => (await row()).leaseOwner === 'a');
    await first.stop();
    assert.deepEqual([isAborted, (await row()).leaseOwner, (await row()).failures], [true, null, 0]);
    await controller('b', [job(() => Promise.resolve())]);
    await until('the run', async () => (await row()).outcome === 'succeeded');
  });

  it('has its jobs again that another controller has had forgotten', async () => {
    let runs = 0;
    const other = job(() => Promise.resolve(), { name: 'other', everyMs: 100 });
    await controller('a', [other, job(async () => void (runs += 1), { everyMs: 100 })]);
    const names = () => db.database('scheduled_jobs').orderBy('name').pluck('name');
    await until('the first run', () => runs > 0);
    await db.database('scheduled_jobs').where({ name: 'sweep' }).delete();
    const before = runs;
    await until('another run', () => runs > before + 1);
    assert.deepEqual(await names(), ['other', 'sweep']);
  });

  it('keeps its jobs for which another controller has no setting, until it has left them due for long', async () => {
    const { schedule } = db.stores;
    const isThere = async () => (await schedule.list()).length === 1;
    const dueFor = (ms: number, more = {}) =>
      db
        .database('scheduled_jobs')
        .update({ not_before: db.database.raw(`now() - ${ms} * interval '1 ms'`), ...more });
    await schedule.declare([{ name: 'sweep', everyMs: 3000 }]);
    await dueFor(9000);
    await schedule.forgetAbandoned('sweep', 10_000);
    assert.ok(await isThere(), 'it may be taken any moment');
    await dueFor(11_000);
    await schedule.forgetAbandoned('another', 10_000);
    const lease = { lease_owner: 'a', lease_expires_at: db.database.raw(`now() + interval '1 minute'`) };
    await dueFor(11_000, lease);
    await schedule.forgetAbandoned('sweep', 10_000);
    assert.ok(await isThere(), 'one controller does it');
    await dueFor(11_000, { lease_owner: null, lease_expires_at: null });
    await schedule.forgetAbandoned('sweep', 10_000);
    assert.ok(!(await isThere()));
  });

  it('is not held up by a clock that has been set back, nor by a longer period of before', async () => {
    const { schedule } = db.stores;
    await schedule.declare([{ name: 'sweep', everyMs: hourMs }]);
    const inFuture = (ms: number) =>
      db
        .database('scheduled_jobs')
        .update({ not_before: db.database.raw(`now() + ${ms} * interval '1 ms'`) });
    await inFuture(hourMs);
    assert.equal(await schedule.claim('a', 1000, ['sweep']), undefined);
    await inFuture(365 * 24 * hourMs);
    assert.equal((await schedule.claim('a', 1000, ['sweep']))?.name, 'sweep');
    await schedule.finish('sweep', 'a', { outcome: 'succeeded', pauseMs: hourMs });
    await schedule.declare([{ name: 'sweep', everyMs: 60_000 }]);
    const ms = await schedule.msUntilDue(['sweep']);
    assert.ok(ms! > 50_000 && ms! <= 60_000, `due in ${ms} ms`);
  });
});
