import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { waitUntil } from '../../../../base/wait-until.js';
import { buildSlots } from '../../../../server/formation/requests/kinds/push.js';
import type { OperationContext } from '../../../../server/operation/operation-context.js';
import type { FormationRecord } from '../../../../server/store/app/formation-store.js';
import type { NewOperation, OperationRecord } from '../../../../server/store/operations/operation-store.js';
import { createTestDatabase, type TestDatabase } from '../../../support/server/database.js';
import { startTestWorker, type TestWorker } from '../../../support/server/operation-worker.js';

const slots = buildSlots(2);

describe('fair shares', function () {
  this.timeout(30_000);
  let db: TestDatabase;
  let workers: TestWorker[] = [];
  let count = 0;
  /** Ends an operation's step, by the operation's id. */
  let gates = new Map<string, () => void>();

  before(async () => {
    db = await createTestDatabase({ poolSize: 20 });
  });
  after(() => db.close());
  afterEach(async () => {
    gates.forEach((open) => open());
    await Promise.all(workers.map((worker) => worker.stop()));
    workers = [];
    gates = new Map();
    await db.database('operations').delete();
  });

  const user = async (name: string): Promise<number> =>
    (
      await db.stores.users.insert({
        username: `${name}-${(count += 1)}`,
        email: 'user@example.com',
        passwordHash: 'x',
        isAdmin: false,
      })
    ).id;
  const formation = (ownerId: number): Promise<FormationRecord> =>
    db.stores.formations.insert({ ownerId, name: `formation-${(count += 1)}` });
  const enqueue = async (
    { id, name }: FormationRecord,
    requestedBy: number | null,
    fields: Partial<NewOperation> = {},
  ): Promise<string> => {
    const operation = { id: randomUUID(), formationId: id, formationName: name, kind: 'deploy', requestedBy };
    await db.stores.transaction((stores) => stores.operations.enqueue({ ...operation, ...fields }));
    return operation.id;
  };
  /** So many operations of a user, each on a formation of its own. */
  const flood = async (by: number, many: number, kind = 'deploy'): Promise<string[]> => {
    const ids: string[] = [];
    for (let n = 0; n < many; n += 1) ids.push(await enqueue(await formation(by), by, { kind }));
    return ids;
  };
  const pass = (context: OperationContext, step: string): Promise<void> =>
    context.step(
      step,
      20_000,
      () => new Promise((resolve) => gates.set(`${context.operation.id} ${step}`, resolve)),
    );
  const open = (id: string, step = 'work'): void => gates.get(`${id} ${step}`)!();
  const start = async (concurrency: number): Promise<void> => {
    const handlers = {
      deploy: (context: OperationContext) => pass(context, 'work'),
      push: async (context: OperationContext) => {
        await pass(context, 'build');
        await pass(context, 'live');
      },
    };
    workers.push(await startTestWorker(db.url, handlers, { concurrency, slots }));
  };
  const running = async (): Promise<OperationRecord[]> =>
    (await db.stores.operations.unfinished()).filter(({ state }) => state === 'running');
  const until = <T>(what: string, look: () => Promise<T | undefined>): Promise<T> =>
    waitUntil(look, { deadlineMs: 10_000, intervalMs: 20, what });
  const untilAtStep = (id: string, step = 'work'): Promise<boolean> =>
    until(`${id} at ${step}`, () => Promise.resolve(gates.has(`${id} ${step}`) || undefined));
  /** Once nothing more begins: each worker has looked again at everything that was queued. */
  const untilRunning = (ids: readonly string[]): Promise<unknown> =>
    until(`only ${ids.length} to run`, async () => {
      const steady = await running();
      return steady.length === ids.length && steady.every(({ id }) => ids.includes(id)) ? true : undefined;
    });
  const waitsFor = async (id: string) => (await db.stores.queue.positionsOf([id], slots)).get(id)?.waitingFor;

  it('leaves workers to others, however much one user asks for on however many formations', async () => {
    const [many, other] = [await user('many'), await user('other')];
    const flooded = await flood(many, 12);
    await start(8);
    await untilRunning(flooded.slice(0, 4));
    const theirs = await enqueue(await formation(other), other);
    await untilAtStep(theirs);
    assert.equal((await running()).filter(({ requestedBy }) => requestedBy === many).length, 4);
    assert.equal(await waitsFor(flooded[4]!), 'worker');
    assert.equal(await waitsFor(theirs), null);
  });

  it('counts who asks, and not whose formation it is', async () => {
    const [many, owner] = [await user('many'), await user('owner')];
    const ids: string[] = [];
    for (let n = 0; n < 6; n += 1) ids.push(await enqueue(await formation(owner), many));
    const own = await enqueue(await formation(owner), owner);
    await start(4);
    await untilAtStep(own);
    await untilRunning([ids[0]!, ids[1]!, own]);
  });

  it('counts what the controller does by itself for the owner of the formation, apart', async () => {
    const [many, other] = [await user('many'), await user('other')];
    const own = await flood(many, 4);
    const byController: string[] = [];
    for (let n = 0; n < 4; n += 1)
      byController.push(await enqueue(await formation(many), null, { systemActor: 'watcher' }));
    const theirs = await enqueue(await formation(other), null, { systemActor: 'watcher' });
    await start(4);
    await untilAtStep(theirs);
    await untilRunning([
      own[0]!,
      byController[0]!,
      theirs,
      ...((await running()).length > 3 ? [own[1]!] : []),
    ]);
  });

  it('begins with whoever holds fewest places when one becomes free', async () => {
    const [many, other, third] = [await user('many'), await user('other'), await user('third')];
    const flooded = await flood(many, 6);
    await start(2);
    await untilRunning(flooded.slice(0, 1));
    const theirs = await flood(other, 2);
    await untilAtStep(theirs[0]!);
    const late = await enqueue(await formation(third), third);
    assert.equal(await waitsFor(late), 'worker');
    await untilAtStep(flooded[0]!);
    open(flooded[0]!);
    // The first user holds no place either now, and asked before; but was served more lately.
    await untilAtStep(late);
    assert.equal(await waitsFor(flooded[1]!), 'worker');
  });

  it('gives a user every turn while nobody else wants one, with a single worker, too', async () => {
    const many = await user('many');
    const flooded = await flood(many, 3);
    await start(1);
    for (const id of flooded) {
      await untilAtStep(id);
      open(id);
    }
    await untilRunning([]);
  });

  it('holds no worker for a push that waits for a build slot, and keeps a slot for others', async () => {
    const [many, other] = [await user('many'), await user('other')];
    const pushes = await flood(many, 5, 'push');
    await start(8);
    await untilAtStep(pushes[0]!, 'build');
    const theirs = await enqueue(await formation(other), other, { kind: 'push' });
    await untilAtStep(theirs, 'build');
    assert.equal(await waitsFor(pushes[1]!), 'build-slot');
    const deploy = await enqueue(await formation(many), many);
    await untilAtStep(deploy);
    await untilRunning([pushes[0]!, theirs, deploy]);
    open(pushes[0]!, 'build');
    await untilAtStep(pushes[1]!, 'build');
    assert.equal(await waitsFor(pushes[2]!), 'build-slot');
  });

  it('tells what an operation waits for: one before it, its time, a worker', async () => {
    const one = await user('one');
    const of = await formation(one);
    const first = await enqueue(of, one);
    const second = await enqueue(of, one);
    const later = await enqueue(of, one, { lane: 'retire', notBefore: new Date(Date.now() + 600_000) });
    const places = await db.stores.queue.positionsOf([first, second, later], slots);
    assert.deepEqual(
      [first, second, later].map((id) => [places.get(id)?.waitingFor, places.get(id)?.waitsFor]),
      [
        ['worker', null],
        ['operation', first],
        ['time', null],
      ],
    );
  });

  it('holds over several controllers', async () => {
    const [many, other] = [await user('many'), await user('other')];
    const flooded = await flood(many, 12);
    await start(4);
    await start(4);
    await until('their share', async () => ((await running()).length === 4 ? true : undefined));
    const theirs = await flood(other, 2);
    await Promise.all(theirs.map((id) => untilAtStep(id)));
    assert.equal((await running()).filter(({ id }) => flooded.includes(id)).length, 4);
  });
});
