import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { NotFound } from '../../../../base/errors.js';
import { EventStream } from '../../../../server/operation/event-stream.js';
import { waitForOperation } from '../../../../server/operation/wait-for-operation.js';
import { waitUntil } from '../../../../base/wait-until.js';
import { NotificationListener } from '../../../../server/store/operations/notification-listener.js';
import {
  operationEventChannel,
  type OperationEventRecord,
} from '../../../../server/store/operations/operation-event-store.js';
import { operationChannel } from '../../../../server/store/operations/operation-store.js';
import { createTestDatabase, type TestDatabase } from '../../../support/server/database.js';
import { storeFormation } from '../../../support/server/stored-formation.js';

describe('following operations', function () {
  this.timeout(30_000);
  let db: TestDatabase;
  let listener: NotificationListener;
  let stream: EventStream;
  let formation: { formationId: number; formationName: string };
  const troubles: unknown[] = [];

  before(async () => {
    db = await createTestDatabase({ poolSize: 20 });
    listener = new NotificationListener(db.url, [operationChannel, operationEventChannel], (error) =>
      troubles.push(error),
    );
    await listener.start();
    stream = new EventStream(db.stores.operations, db.stores.operationEvents, listener);
    const stored = await storeFormation(db.stores, 'followed');
    formation = { formationId: stored.formation.id, formationName: 'followed' };
  });
  after(async () => {
    await listener.stop();
    await db.close();
  });

  const enqueue = async (): Promise<string> =>
    (
      await db.stores.operations.enqueue({
        id: randomUUID(),
        ...formation,
        kind: 'deploy',
        requestedBy: null,
      })
    ).id;
  const say = (id: string, ...texts: string[]): Promise<void> =>
    db.stores.operationEvents.append(
      id,
      texts.map((text) => ({ type: 'line', data: { text } })),
    );
  const end = (id: string): Promise<boolean> =>
    db.stores.transaction((stores) => stores.operations.finishQueued(id, { state: 'cancelled' }));
  const collect = async (
    events: AsyncIterable<OperationEventRecord>,
    until = Number.POSITIVE_INFINITY,
  ): Promise<OperationEventRecord[]> => {
    const seen: OperationEventRecord[] = [];
    for await (const event of events) if (seen.push(event) >= until) break;
    return seen;
  };
  const texts = (events: readonly OperationEventRecord[]): unknown[] =>
    events.map((event) => event.data['text'] ?? event.type);
  const never = new AbortController().signal;

  it('gives 10 followers all of 400 lines that 4 writers write meanwhile, in order, each once', async () => {
    const id = await enqueue();
    const followers = Array.from({ length: 10 }, () => collect(stream.follow(id, 0, never)));
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; n < 100; n += 1) await say(id, `${writer}/${n}`);
    };
    await Promise.all([write(0), write(1), write(2), write(3)]);
    await end(id);
    const all = await db.stores.operationEvents.listAfter(id, 0, 1000);
    assert.equal(all.length, 401);
    for (const seen of await Promise.all(followers)) assert.deepEqual(seen, all);
  });

  it('goes on after the id that was seen last', async () => {
    const id = await enqueue();
    await say(id, 'a', 'b');
    const [first] = await collect(stream.follow(id, 0, never), 1);
    const rest = collect(stream.follow(id, first!.id, never));
    await say(id, 'c');
    await end(id);
    assert.deepEqual(texts(await rest), ['b', 'c', 'end']);
  });

  it('pages through more events than one look returns', async () => {
    const id = await enqueue();
    await say(id, ...Array.from({ length: 2_300 }, (_, n) => String(n)));
    await end(id);
    assert.equal((await collect(stream.follow(id, 0, never))).length, 2_301);
  });

  it('gives lines that follow each other together, in pages of so much, and goes on from any', async () => {
    const id = await enqueue();
    const { operationEvents } = db.stores;
    await say(id, ...Array.from({ length: 2_100 }, (_, n) => String(n)));
    await operationEvents.append(id, [{ type: 'heartbeat', data: { step: 'build', ms: 7 } }]);
    await say(id, 'x'.repeat(16_000), 'y');
    await end(id);
    const seen = await collect(stream.follow(id, 0, never, true));
    const counts = seen.map(({ type, data }) =>
      type === 'lines' ? (data['texts'] as string[]).length : type,
    );
    assert.deepEqual(counts, [2_000, 100, 'heartbeat', 2, 'end']);
    const all = await operationEvents.listAfter(id, 0, 3_000);
    const ids = all.map((event) => event.id);
    assert.deepEqual(
      seen.map((event) => ids.indexOf(event.id)),
      [1_999, 2_099, 2_100, 2_102, 2_103],
    );
    assert.deepEqual(
      seen.flatMap(({ data }) => (data['texts'] ?? []) as string[]),
      all.filter(({ type }) => type === 'line').map(({ data }) => data['text']),
    );
    assert.deepEqual(seen[2], all[2_100], 'other events as they are');
    const rest = await collect(stream.follow(id, ids[2_050]!, never, true));
    assert.equal((rest[0]!.data['texts'] as string[]).length, 49);
    const small = await operationEvents.listTogetherAfter(id, ids[2_100]!, { events: 100, bytes: 1_000 });
    assert.deepEqual(
      small.map(({ data }) => (data['texts'] as string[]).length),
      [1],
      'more than the bytes of a page is a page, too',
    );
  });

  it('ends at once for what is over or gone, and when nobody listens any more', async () => {
    const id = await enqueue();
    await end(id);
    const [last] = await db.stores.operationEvents.listAfter(id, 0);
    assert.deepEqual(await collect(stream.follow(id, last!.id, never)), []);
    assert.deepEqual(await collect(stream.follow(randomUUID(), 0, never)), []);
    const abort = new AbortController();
    const open = collect(stream.follow(await enqueue(), 0, abort.signal));
    abort.abort();
    assert.deepEqual(await open, []);
  });

  it('loses nothing when the listening connection is cut', async () => {
    const id = await enqueue();
    const seen = collect(stream.follow(id, 0, never));
    await say(id, 'before');
    await db.database.raw(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %' and " +
        'datname = current_database()',
    );
    await waitUntil(() => Promise.resolve(troubles.length > 0 ? true : undefined), {
      deadlineMs: 5_000,
      intervalMs: 10,
      what: 'the cut',
    });
    await say(id, 'while cut');
    await end(id);
    assert.deepEqual(texts(await seen), ['before', 'while cut', 'end']);
    const again = await enqueue();
    const waiting = waitForOperation({ operations: db.stores.operations, listener }, again, 10_000);
    await end(again);
    assert.equal((await waiting).state, 'cancelled');
  });

  it('waits for the end, or answers how it stands', async () => {
    const source = { operations: db.stores.operations, listener };
    const id = await enqueue();
    const startedAt = performance.now();
    assert.equal((await waitForOperation(source, id, 200)).state, 'queued');
    assert.ok(performance.now() - startedAt < 10_000);
    const waiting = waitForOperation(source, id, 20_000);
    await end(id);
    assert.equal((await waiting).state, 'cancelled');
    await assert.rejects(waitForOperation(source, randomUUID(), 100), NotFound);
  });
});
