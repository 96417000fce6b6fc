import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { onAbort } from '../../../../base/on-abort.js';
import { RemoteFailure, UserError } from '../../../../base/errors.js';
import { waitUntil } from '../../../../base/wait-until.js';
import type { OperationContext, OperationHandler } from '../../../../server/operation/operation-context.js';
import { Observer } from '../../../../server/observe/observer.js';
import { isHandover, OperationFailure, Superseded } from '../../../../server/operation/operation-errors.js';
import { LeaseStore } from '../../../../server/store/operations/lease-store.js';
import type { NewOperation, OperationRecord } from '../../../../server/store/operations/operation-store.js';
import { createTestDatabase, type TestDatabase } from '../../../support/server/database.js';
import { fastTimes, startTestWorker, type TestWorker } from '../../../support/server/operation-worker.js';
import { storeFormation } from '../../../support/server/stored-formation.js';

/** Resolves when told to, or rejects with the signal's reason. */
class Gate {
  open!: () => void;
  readonly #opened = new Promise<void>((resolve) => (this.open = resolve));

  async pass(signal: AbortSignal): Promise<void> {
    const aborted = new Promise<never>((_resolve, reject) => {
      onAbort(signal, () => reject(signal.reason as Error));
    });
    await Promise.race([this.#opened, aborted]);
  }
}

describe('operations', function () {
  this.timeout(30_000);
  let db: TestDatabase;
  let workers: TestWorker[] = [];
  let count = 0;

  before(async () => {
    db = await createTestDatabase({ poolSize: 20 });
  });
  after(() => db.close());
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    workers = [];
    await db.database('operations').delete();
  });

  const start = async (
    handlers: Record<string, OperationHandler>,
    options: Parameters<typeof startTestWorker>[2] = {},
  ): Promise<TestWorker> => {
    const worker = await startTestWorker(db.url, handlers, options);
    workers.push(worker);
    return worker;
  };
  const formation = async (): Promise<Pick<NewOperation, 'formationId' | 'formationName'>> => {
    count += 1;
    const stored = await storeFormation(db.stores, `formation-${count}`);
    return { formationId: stored.formation.id, formationName: stored.formation.name };
  };
  const enqueue = async (
    of: Pick<NewOperation, 'formationId' | 'formationName'>,
    fields: Partial<NewOperation> = {},
  ): Promise<OperationRecord> =>
    db.stores.transaction((stores) =>
      stores.operations.enqueue({ id: randomUUID(), ...of, kind: 'deploy', requestedBy: null, ...fields }),
    );
  const ended = (id: string, deadlineMs = 10_000): Promise<OperationRecord> =>
    waitUntil(
      async () => {
        const operation = await db.stores.operations.byId(id);
        return operation !== undefined && operation.finishedAt !== null ? operation : undefined;
      },
      { deadlineMs, intervalMs: 20, what: 'the operation to end' },
    );
  const reached = (id: string, step: string): Promise<true> =>
    waitUntil(async () => ((await db.stores.operations.byId(id))?.step === step ? true : undefined), {
      deadlineMs: 10_000,
      intervalMs: 20,
      what: step,
    });
  const eventsOf = async (id: string): Promise<string[]> =>
    (await db.stores.operationEvents.listAfter(id, 0)).map(
      (event) => `${event.type} ${String(event.data['step'] ?? event.data['text'] ?? event.data['state'])}`,
    );

  describe('the observer', () => {
    it('is told of operations and steps with their ends, and harms nothing when it throws', async () => {
      const seen: unknown[] = [];
      const fail = (what: unknown): never => {
        seen.push(what);
        throw new Error('a watcher failed');
      };
      const observer = new Observer([{ onOperation: fail, onStep: fail }]);
      const handler = async (context: OperationContext): Promise<void> => {
        await context.step('good', 1_000, () => Promise.resolve());
        await context.step('bad', 1_000, () => Promise.reject(new UserError('no such thing')));
      };
      const of = await formation();
      await start({ deploy: handler }, { observer });
      const { id } = await enqueue(of);
      assert.equal((await ended(id)).state, 'failed');
      await waitUntil(async () => (seen.length >= 4 ? true : undefined), {
        deadlineMs: 5_000,
        intervalMs: 10,
        what: 'the end to be told',
      });
      const told = JSON.parse(
        JSON.stringify(seen, (key, value: unknown) => (key === 'ms' ? 0 : value)),
      ) as unknown;
      const operation = { id, kind: 'deploy', formation: of.formationName, attempt: 1 };
      const step = { operation: id, kind: 'deploy', ms: 0 };
      const [, , , last] = told as { end: { outcome: { state: string } } }[];
      assert.equal(last!.end.outcome.state, 'failed');
      assert.deepEqual(told, [
        operation,
        { ...step, step: 'good', ok: true },
        { ...step, step: 'bad', ok: false },
        { ...operation, end: last!.end },
      ]);
    });
  });

  describe('order', () => {
    it('runs the operations of one formation one after the other, and other formations beside it', async () => {
      const [one, other] = [await formation(), await formation()];
      const gate = new Gate();
      const log: string[] = [];
      const handler = async (context: OperationContext): Promise<void> => {
        const name = String(context.operation.params['name']);
        log.push(`begin ${name}`);
        if (name === 'a1') await context.step('wait', 10_000, (signal) => gate.pass(signal));
        log.push(`end ${name}`);
      };
      const queued = [
        await enqueue(one, { params: { name: 'a1' } }),
        await enqueue(one, { params: { name: 'a2' } }),
        await enqueue(other, { params: { name: 'b1' } }),
      ];
      await start({ deploy: handler });
      await ended(queued[2]!.id);
      assert.deepEqual(log, ['begin a1', 'begin b1', 'end b1']);
      gate.open();
      await ended(queued[1]!.id);
      assert.deepEqual(log.slice(3), ['end a1', 'begin a2', 'end a2']);
    });

    it('lets lane retire stand outside the order', async () => {
      const one = await formation();
      const gate = new Gate();
      const deploy = await enqueue(one);
      const retire = await enqueue(one, { kind: 'retire', lane: 'retire' });
      await start({
        deploy: (context) => context.step('wait', 10_000, (signal) => gate.pass(signal)),
        retire: () => Promise.resolve(),
      });
      assert.equal((await ended(retire.id)).state, 'succeeded');
      assert.equal((await db.stores.operations.byId(deploy.id))?.state, 'running');
      gate.open();
      await ended(deploy.id);
    });

    it('accepts in commit order: a slow transaction is not overtaken by a later one of its formation', async () => {
      const one = await formation();
      const gate = new Gate();
      const began: string[] = [];
      await start({
        deploy: (context) => Promise.resolve(void began.push(String(context.operation.params['name']))),
      });
      const never = new AbortController().signal;
      const slow = db.stores.transaction(async (stores) => {
        await stores.operations.enqueue({
          id: randomUUID(),
          ...one,
          kind: 'deploy',
          requestedBy: null,
          params: { name: 'slow' },
        });
        await gate.pass(never);
      });
      await waitUntil(
        async () =>
          (await db.database('pg_locks').where({ mode: 'RowExclusiveLock' }).first()) === undefined
            ? undefined
            : true,
        { deadlineMs: 5_000, intervalMs: 10, what: 'the slow transaction' },
      );
      const quick = enqueue(one, { params: { name: 'quick' } });
      gate.open();
      await slow;
      await ended((await quick).id);
      assert.deepEqual(began, ['slow', 'quick']);
    });

    it('begins none before its time', async () => {
      const one = await formation();
      const { rows } = await db.database.raw<{ rows: { at: Date }[] }>(
        "select now() + interval '700 milliseconds' as at",
      );
      const notBefore = rows[0]!.at;
      let began: Date | undefined;
      await start({ deploy: () => Promise.resolve(void (began = new Date())) });
      const operation = await ended((await enqueue(one, { notBefore })).id);
      assert.ok(
        began!.getTime() >= notBefore.getTime() - 5,
        `${began!.toISOString()} < ${notBefore.toISOString()}`,
      );
      assert.ok(
        operation.startedAt!.getTime() - notBefore.getTime() < 400,
        'woken when due, not by the next poll',
      );
    });
  });

  describe('several workers', () => {
    it('do 60 operations of 6 formations once each, in order', async () => {
      const formations = await Promise.all(Array.from({ length: 6 }, () => formation()));
      const log: string[] = [];
      const handler = async (context: OperationContext): Promise<void> => {
        await context.step('work', 10_000, () => new Promise((resolve) => setImmediate(resolve)));
        log.push(`${context.operation.formationName} ${String(context.operation.params['n'])}`);
      };
      await Promise.all([start({ deploy: handler }), start({ deploy: handler }), start({ deploy: handler })]);
      const wanted: string[] = [];
      for (let n = 1; n <= 10; n += 1) {
        await Promise.all(formations.map((one) => enqueue(one, { params: { n } })));
        wanted.push(...formations.map((one) => `${one.formationName} ${n}`));
      }
      await waitUntil(
        async () => ((await db.stores.operations.unfinished()).length === 0 ? true : undefined),
        { deadlineMs: 20_000, intervalMs: 50, what: 'all operations' },
      );
      assert.deepEqual([...log].sort(), wanted.sort());
      for (const { formationName } of formations)
        assert.deepEqual(
          log
            .filter((line) => line.startsWith(`${formationName} `))
            .map((line) => Number(line.split(' ')[1])),
          [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        );
    });

    it('take over after kill -9 of a real worker process, within the lease', async () => {
      const one = await formation();
      const operation = await enqueue(one);
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', 'test/support/server/worker-to-kill.ts', db.url, 'kill@deploy/switch'],
        { stdio: ['ignore', 'inherit', 'inherit'] },
      );
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
      assert.equal(signal, 'SIGKILL');
      assert.equal((await db.stores.operations.byId(operation.id))?.step, 'switch', 'the step was reached');
      const diedAt = performance.now();
      const handler = async (context: OperationContext): Promise<Record<string, unknown>> => {
        await context.step('start', 1_000, () => Promise.resolve());
        await context.step('switch', 1_000, () => Promise.resolve());
        return { attempt: context.operation.attempts };
      };
      await start({ deploy: handler });
      const done = await ended(operation.id);
      assert.deepEqual([done.state, done.result], ['succeeded', { attempt: 2 }]);
      assert.ok(performance.now() - diedAt < fastTimes.leaseMs * 2 + 10_000);
      assert.deepEqual(
        (await eventsOf(operation.id)).filter((event) => !event.startsWith('heartbeat')),
        [
          'step-started start',
          'step-ended start',
          'line first worker was here',
          'step-started switch',
          'step-started start',
          'step-ended start',
          'step-started switch',
          'step-ended switch',
          'end succeeded',
        ],
      );
    });

    it('stop the one that lost its lease, and keep its late words out', async () => {
      const operation = await enqueue(await formation());
      let caught: unknown;
      const slow: OperationHandler = async (context) => {
        try {
          await context.step('wait', 60_000, (signal) => new Gate().pass(signal));
        } catch (error) {
          caught = error;
          context.line('late word');
          throw error;
        }
      };
      await start({ deploy: slow });
      await reached(operation.id, 'wait');
      await db.database('operations').where({ id: operation.id }).update({ lease_owner: 'somebody-else' });
      await waitUntil(() => Promise.resolve(isHandover(caught) ? true : undefined), {
        deadlineMs: 5_000,
        intervalMs: 20,
        what: 'the loss to be noticed',
      });
      await workers[0]!.stop();
      workers = [];
      const row = await db.stores.operations.byId(operation.id);
      assert.deepEqual([row?.state, row?.leaseOwner], ['running', 'somebody-else']);
      assert.ok(!(await eventsOf(operation.id)).includes('line late word'));
    });
  });

  describe('steps', () => {
    it('write their start and end, lines in order and a heartbeat that says what they are at', async () => {
      const operation = await enqueue(await formation());
      const handler: OperationHandler = async (context) => {
        await context.step('build', 5_000, async () => {
          context.doing('a-runtime-1', 'package[nginx]');
          for (let n = 0; n < 50; n += 1) context.line(`line ${n}`);
          context.line('\0 and \ud800 are not storable');
          await waitUntil(
            async () => ((await eventsOf(operation.id)).includes('heartbeat build') ? true : undefined),
            { deadlineMs: 3_000, intervalMs: 20, what: 'a heartbeat' },
          );
        });
        return { release: 7 };
      };
      await start({ deploy: handler });
      const done = await ended(operation.id);
      assert.deepEqual([done.state, done.result, done.error], ['succeeded', { release: 7 }, null]);
      const beats = (await db.stores.operationEvents.listAfter(operation.id, 0)).filter(
        ({ type }) => type === 'heartbeat',
      );
      assert.equal(beats[0]?.data['doing'], 'a-runtime-1: package[nginx]');
      const events = (await eventsOf(operation.id)).filter((event) => !event.startsWith('heartbeat'));
      assert.deepEqual(events, [
        'step-started build',
        ...Array.from({ length: 50 }, (_, n) => `line line ${n}`),
        'line \ufffd and \ufffd are not storable',
        'step-ended build',
        'end succeeded',
      ]);
    });

    it("abort at their deadline, and fail the operation with the step's name", async () => {
      const operation = await enqueue(await formation());
      let aborted = false;
      const handler: OperationHandler = async (context) => {
        await context.step('boot', 150, (signal) =>
          new Gate().pass(signal).finally(() => (aborted = signal.aborted)),
        );
      };
      await start({ deploy: handler });
      const done = await ended(operation.id);
      assert.equal(aborted, true);
      assert.deepEqual(
        [done.state, done.error],
        ['failed', { message: 'step boot was not done within 0.15 s' }],
      );
    });

    it('leave behind work that ignores its signal', async () => {
      const operation = await enqueue(await formation());
      await start({
        deploy: (context) => context.step('deaf', 100, () => new Promise<void>(() => undefined)),
      });
      assert.match((await ended(operation.id, 3_000)).error!.message, /step deaf/);
    });
  });

  describe('cancel', () => {
    it('ends a queued one at once, with its end event', async () => {
      const operation = await enqueue(await formation());
      const cancelled = await db.stores.operations.requestCancel(operation.id);
      assert.equal(cancelled?.state, 'cancelled');
      assert.deepEqual(await eventsOf(operation.id), ['end cancelled']);
      assert.equal(await db.stores.operations.requestCancel(randomUUID()), undefined);
    });

    it('aborts a running one without delay, lets it clean up, and starts the next', async () => {
      const one = await formation();
      const first = await enqueue(one);
      const second = await enqueue(one);
      const done: string[] = [];
      const handler: OperationHandler = async (context) => {
        if (context.operation.id === second.id) return;
        try {
          await context.step('wait', 60_000, (signal) => new Gate().pass(signal));
        } finally {
          await context.cleanupStep('undo', 1_000, () => Promise.resolve(done.push('undone')));
        }
      };
      await start({ deploy: handler }, { leaseMs: 60_000 });
      await reached(first.id, 'wait');
      const askedAt = performance.now();
      await db.stores.operations.requestCancel(first.id);
      assert.equal((await ended(first.id)).state, 'cancelled');
      assert.ok(performance.now() - askedAt < 15_000);
      assert.deepEqual(done, ['undone']);
      const steps = (await db.stores.operationEvents.listAfter(first.id, 0)).filter(
        ({ type }) => type === 'step-ended',
      );
      assert.deepEqual(
        steps.map(({ data }) => [data['step'], data['ok'], data['cancelled']]),
        [
          ['wait', false, true],
          ['undo', true, undefined],
        ],
      );
      assert.equal((await ended(second.id)).state, 'succeeded');
      assert.equal(
        (await db.stores.operations.requestCancel(second.id))?.state,
        'succeeded',
        'too late changes nothing',
      );
    });
  });

  it('are looked for again when one ends while the worker asks when the next is due', async () => {
    const one = await formation();
    const [first, second] = [await enqueue(one), await enqueue(one)];
    const [running, asking, answer] = [new Gate(), new Gate(), new Gate()];
    const ask = Object.getOwnPropertyDescriptor(LeaseStore.prototype, 'msUntilDue')!
      .value as LeaseStore['msUntilDue'];
    LeaseStore.prototype.msUntilDue = async function (this: LeaseStore) {
      asking.open();
      await answer.pass(AbortSignal.timeout(10_000));
      return ask.call(this);
    };
    try {
      const signal = AbortSignal.timeout(10_000);
      await start(
        { deploy: ({ operation }) => (operation.id === first.id ? running.pass(signal) : Promise.resolve()) },
        { leaseMs: 600_000 },
      );
      await asking.pass(signal);
      running.open();
      await ended(first.id);
      answer.open();
      assert.equal((await ended(second.id)).state, 'succeeded');
    } finally {
      LeaseStore.prototype.msUntilDue = ask;
    }
  });

  describe('outcomes', () => {
    const failWith = async (error: unknown): Promise<OperationRecord> => {
      const operation = await enqueue(await formation());
      await start({ deploy: () => Promise.reject(error as Error) });
      return ended(operation.id);
    };

    it('keep what a remote failure knows', async () => {
      const done = await failWith(
        new RemoteFailure('converge failed', {
          node: 'n-1',
          command: 'sh',
          exitCode: 3,
          stderr: 'no space left',
          phase: 'exit',
        }),
      );
      assert.deepEqual(
        [done.state, done.error],
        [
          'failed',
          {
            message: 'converge failed',
            node: 'n-1',
            command: 'sh',
            exitCode: 3,
            stderr: 'no space left',
            phase: 'exit',
          },
        ],
      );
    });

    it('keep the field of a user error', async () => {
      assert.deepEqual((await failWith(new UserError('no such layer', { field: 'runtime' }))).error, {
        message: 'no such layer',
        field: 'runtime',
      });
    });

    it('keep the evidence of a failure', async () => {
      assert.deepEqual((await failWith(new OperationFailure('web.1 exits', { lines: ['boom'] }))).error, {
        message: 'web.1 exits',
        lines: ['boom'],
      });
    });

    it('say superseded when newer state made it needless', async () => {
      const done = await failWith(new Superseded('v8 contains it'));
      assert.deepEqual([done.state, done.error?.message], ['superseded', 'v8 contains it']);
    });

    it('do not show the faults of our own code', async () => {
      const done = await failWith(new TypeError('cannot read sentinel of undefined'));
      assert.equal(JSON.stringify(done.error).includes('sentinel'), false);
      assert.deepEqual(
        workers.flatMap((worker) => worker.logged),
        ['operation failed by a fault of the controller'],
      );
    });
  });

  describe('a graceful stop', () => {
    it('hands back what is not done within the grace, uncounted, and the next worker does it', async () => {
      const operation = await enqueue(await formation());
      let reason: unknown;
      const first = await startTestWorker(db.url, {
        deploy: (context) =>
          context
            .step('wait', 60_000, (signal) => new Gate().pass(signal))
            .catch((error: unknown) => Promise.reject((reason = error) as Error)),
      });
      await reached(operation.id, 'wait');
      await first.stop();
      assert.equal(isHandover(reason), true);
      const row = await db.stores.operations.byId(operation.id);
      assert.deepEqual([row?.state, row?.leaseOwner, row?.attempts], ['queued', null, 0]);
      await start({ deploy: () => Promise.resolve() });
      assert.equal((await ended(operation.id)).state, 'succeeded');
    });

    it('lets one end that is about to', async () => {
      const operation = await enqueue(await formation());
      const gate = new Gate();
      const first = await startTestWorker(
        db.url,
        { deploy: (context) => context.step('wait', 60_000, (signal) => gate.pass(signal)) },
        { stopGraceMs: 10_000 },
      );
      await reached(operation.id, 'wait');
      const stopped = first.stop();
      gate.open();
      await stopped;
      assert.equal((await db.stores.operations.byId(operation.id))?.state, 'succeeded');
    });
  });

  it('gives up an operation that has killed its worker ten times', async () => {
    const operation = await enqueue(await formation());
    await db
      .database('operations')
      .where({ id: operation.id })
      .update({ attempts: 10, state: 'running', lease_owner: 'dead', lease_expires_at: new Date(0) });
    await start({ deploy: () => Promise.reject(new Error('must not run')) });
    assert.match((await ended(operation.id)).error!.message, /given up: the controller ended 10 times/);
  });
});
