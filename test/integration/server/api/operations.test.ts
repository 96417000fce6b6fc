import assert from 'node:assert/strict';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { waitUntil } from '../../../../base/wait-until.js';
import type { OperationRecord } from '../../../../server/store/operations/operation-store.js';
import { ApiHarness, type Caller } from '../../../support/server/api-harness.js';

/** An open event stream and what has come so far. */
class Stream {
  readonly events: EventSourceMessage[] = [];
  ended = false;

  constructor(readonly answer: IncomingMessage) {
    const parser = createParser({ onEvent: (event) => void this.events.push(event) });
    answer
      .setEncoding('utf8')
      .on('data', (text: string) => parser.feed(text))
      .on('end', () => void (this.ended = true));
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    await waitUntil(async () => (holds() ? true : undefined), { deadlineMs: 5_000, intervalMs: 10, what });
  }
}

describe('operations over HTTP', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let owner: Caller;
  let server: Server;
  const streams: Stream[] = [];

  before(async () => {
    api = await ApiHarness.start();
    owner = await api.register('olga');
    await owner.post('/api/formations', { id: 'peachy-waxworks', flavor: 'mock' }).expect(201);
    server = createServer(api.app).listen(0, '127.0.0.1');
  });
  beforeEach(() => (api.worker.outcome = undefined));
  after(async () => {
    for (const { answer } of streams) answer.destroy();
    server.close();
    await api.close();
  });

  const converge = () => owner.post('/api/formations/peachy-waxworks/converge');
  const start = async (): Promise<string> =>
    (await converge().set('Prefer', 'respond-async').expect(202)).body.id as string;
  const append = (id: string, ...texts: string[]) =>
    api.parts.stores.operationEvents.append(
      id,
      texts.map((text) => ({ type: 'line', data: { text } })),
    );
  const open = (path: string, headers: Record<string, string> = {}): Promise<Stream> =>
    new Promise((resolve, reject) => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
      get(url, { headers: { Authorization: `token ${owner.token}`, ...headers } }, (answer) => {
        streams.push(new Stream(answer));
        resolve(streams.at(-1)!);
      }).on('error', reject);
    });

  it('shows the queue of the formation: place, who comes first, age and holder', async () => {
    await owner.post('/api/formations', { id: 'queue-of-three', flavor: 'mock' }).expect(201);
    const path = '/api/formations/queue-of-three';
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1)
      ids.push(
        (await owner.post(`${path}/converge`).set('Prefer', 'respond-async').expect(202)).body.id as string,
      );
    await api.db
      .database('operations')
      .where({ id: ids[0] })
      .update({
        state: 'running',
        lease_owner: 'host/1/x',
        heartbeat_at: new Date(0),
        created_at: new Date(Date.now() - 90_000),
      });
    const listed = (await owner.get(`${path}/operations`).expect(200)).body.results as Record<
      string,
      unknown
    >[];
    assert.deepEqual(
      listed.map(({ id, position, waits_for, waiting_for, holder }) => [
        id,
        position,
        waits_for,
        waiting_for,
        holder,
      ]),
      [
        [ids[2], 2, ids[0], 'operation', null],
        [ids[1], 1, ids[0], 'operation', null],
        [ids[0], 0, null, null, 'host/1/x'],
      ],
    );
    const shown = (await owner.get(`/api/operations/${ids[0]}`).expect(200)).body as Record<string, unknown>;
    assert.ok(
      Number(shown['age_seconds']) >= 89 && shown['heartbeat_at'] === '1970-01-01T00:00:00.000Z',
      JSON.stringify(shown),
    );
    await owner.post(`/api/operations/${ids[1]}/cancel`).expect(200);
    const [third, second] = (await owner.get(`${path}/operations`).expect(200)).body.results as Record<
      string,
      unknown
    >[];
    assert.deepEqual(
      [third!['position'], second!['state'], second!['position'], second!['age_seconds']],
      [1, 'cancelled', null, null],
    );
  });

  it('answers 202 with Location when the work takes longer than it waits', async () => {
    const began = performance.now();
    const { body, headers } = await converge().expect(202);
    assert.ok(performance.now() - began >= 190);
    assert.equal(headers['location'], `/api/operations/${body.id}`);
    assert.deepEqual(
      { ...body, id: '', created_at: '', age_seconds: 0 },
      {
        id: '',
        kind: 'converge',
        formation: 'peachy-waxworks',
        state: 'queued',
        step: null,
        requested_by: 'olga',
        position: 0,
        waits_for: null,
        waiting_for: 'worker',
        age_seconds: 0,
        holder: null,
        heartbeat_at: null,
        error: null,
        result: null,
        created_at: '',
        started_at: null,
        finished_at: null,
      },
    );
    assert.equal((await owner.get(headers['location'] as string).expect(200)).body.id, body.id);
  });

  it('answers at once with Prefer: respond-async, and says so', async () => {
    // It would wait for longer than this test may take.
    const patient = await ApiHarness.start({ waitMs: 600_000 });
    const olga = await patient.register('olga');
    await olga.post('/api/formations', { id: 'peachy-waxworks', flavor: 'mock' }).expect(201);
    for (const prefer of ['respond-async', 'Respond-Async', 'wait=10, respond-async', 'respond-async; x=1']) {
      const { headers } = await olga
        .post('/api/formations/peachy-waxworks/converge')
        .set('Prefer', prefer)
        .expect(202);
      assert.equal(headers['preference-applied'], 'respond-async');
    }
    await patient.close();
    assert.equal(
      (await converge().set('Prefer', 'wait=1').expect(202)).headers['preference-applied'],
      undefined,
    );
  });

  it('answers 200 as soon as it has ended, failed or not', async () => {
    api.worker.outcome = { state: 'succeeded', result: { nodes: [] } };
    const done = (await converge().expect(200)).body;
    assert.deepEqual([done.state, done.result], ['succeeded', { nodes: [] }]);
    api.worker.outcome = {
      state: 'failed',
      error: { message: 'demo-runtime-1: exit 1', node: 'demo-runtime-1' },
    };
    const failed = (await converge().expect(200)).body;
    assert.deepEqual(
      [failed.state, failed.error],
      ['failed', { message: 'demo-runtime-1: exit 1', node: 'demo-runtime-1' }],
    );
  });

  it('hears of the end while it waits', async () => {
    const patient = await ApiHarness.start({ waitMs: 10_000 });
    const caller = await patient.register('ada');
    await caller.post('/api/formations', { id: 'slow-one' }).expect(201);
    const answer = caller.post('/api/formations/slow-one/converge').expect(200);
    const waiting = answer.then(({ body }) => body as { state: string });
    const [operation] = await waitUntil(
      async () => {
        const found = await patient.parts.stores.operations.unfinished();
        return found.length > 0 ? found : undefined;
      },
      { deadlineMs: 5_000, intervalMs: 10, what: 'the operation' },
    );
    const began = performance.now();
    await patient.parts.stores.operations.finishQueued((operation as OperationRecord).id, {
      state: 'succeeded',
    });
    assert.equal((await waiting).state, 'succeeded');
    assert.ok(performance.now() - began < 8_000);
    await patient.close();
  });

  it('streams events live with their ids, and ends after the last', async () => {
    const id = await start();
    await append(id, 'before');
    const stream = await open(`/api/operations/${id}/events`);
    assert.match(String(stream.answer.headers['content-type']), /^text\/event-stream/);
    await stream.until('the first event', () => stream.events.length === 1);
    await append(id, 'live\nwith a line break');
    await stream.until('the second event', () => stream.events.length === 2);
    await api.parts.stores.operations.finishQueued(id, { state: 'succeeded', result: { ok: 1 } });
    await stream.until('the end', () => stream.ended);
    assert.deepEqual(
      stream.events.map((each) => each.event),
      ['line', 'line', 'end'],
    );
    assert.deepEqual(
      stream.events.slice(0, 2).map((each) => (JSON.parse(each.data) as { text: string }).text),
      ['before', 'live\nwith a line break'],
    );
    const ids = stream.events.map((each) => Number(each.id));
    assert.deepEqual(
      [...ids].sort((a, b) => a - b),
      ids,
    );
    assert.equal((JSON.parse(stream.events[2]!.data) as { state: string }).state, 'succeeded');
  });

  it('shows what an operation has come to: its steps, its newest lines, and how many came before', async () => {
    const id = await start();
    const { operationEvents } = api.parts.stores;
    const newest = async (query = ''): Promise<Record<string, unknown>> =>
      (await owner.get(`/api/operations/${id}/newest${query}`).expect(200)).body as Record<string, unknown>;
    assert.deepEqual(await newest(), { id: 0, events: [], lines: [], lines_before: 0 });
    const [began, beat] = ['step-started', 'heartbeat'].map((type) => ({ type, data: { step: 'build' } }));
    await operationEvents.append(id, [began!, beat!]);
    await append(id, 'one', 'two', 'three');
    const last = (await operationEvents.listAfter(id, 0)).at(-1)!;
    const told = { id: last.id, events: [began] };
    assert.deepEqual(await newest(), { ...told, lines: ['one', 'two', 'three'], lines_before: 0 });
    assert.deepEqual(await newest('?lines=2'), { ...told, lines: ['two', 'three'], lines_before: 1 });
    // However long they are, the newest is there.
    assert.deepEqual((await operationEvents.newest(id, 10, 1)).lines, ['three']);
    await owner.get(`/api/operations/${id}/newest?lines=0`).expect(400);
  });

  it('goes on after Last-Event-ID without repeating or losing a line', async () => {
    const id = await start();
    await append(id, 'one', 'two', 'three');
    const first = await open(`/api/operations/${id}/events`);
    await first.until('three events', () => first.events.length === 3);
    first.answer.destroy();
    const again = await open(`/api/operations/${id}/events`, { 'Last-Event-ID': first.events[1]!.id! });
    await append(id, 'four');
    await again.until('the rest', () => again.events.length === 2);
    assert.deepEqual(
      again.events.map((each) => (JSON.parse(each.data) as { text: string }).text),
      ['three', 'four'],
    );
    const garbled = await open(`/api/operations/${id}/events`, { 'Last-Event-ID': "1'; drop table" });
    await garbled.until('everything', () => garbled.events.length === 4);
  });

  it('ends at once for a client that has seen the end', async () => {
    api.worker.outcome = { state: 'succeeded' };
    const id = (await converge().expect(200)).body.id as string;
    const [last] = await api.parts.stores.operationEvents.listAfter(id, 0);
    const stream = await open(`/api/operations/${id}/events`, { 'Last-Event-ID': String(last!.id) });
    await stream.until('the end', () => stream.ended);
    assert.deepEqual(stream.events, []);
  });

  it('cancels what waits, and nothing that has ended', async () => {
    const id = await start();
    assert.equal((await owner.post(`/api/operations/${id}/cancel`).expect(200)).body.state, 'cancelled');
    api.worker.outcome = { state: 'succeeded' };
    const done = (await converge().expect(200)).body.id as string;
    assert.equal((await owner.post(`/api/operations/${done}/cancel`).expect(200)).body.state, 'succeeded');
  });

  it('lists newest first, page by page', async () => {
    const first = (await owner.get('/api/formations/peachy-waxworks/operations?limit=2').expect(200)).body;
    assert.equal(first.results.length, 2);
    const second = (await owner.get(first.next as string).expect(200)).body;
    assert.ok(first.results.at(-1).created_at >= second.results[0].created_at);
    assert.equal(second.count, first.count);
  });

  it('keeps showing the operation that destroyed a formation to who asked for it, and to nobody else', async () => {
    const eve = await api.register('eve', owner);
    await owner.post('/api/formations', { id: 'short-lived' }).expect(201);
    const id = (await owner.delete('/api/formations/short-lived').set('Prefer', 'respond-async').expect(202))
      .body.id as string;
    const { stores } = api.parts;
    await stores.formations.delete((await stores.formations.byName('short-lived'))!.id);
    assert.equal((await owner.get(`/api/operations/${id}`).expect(200)).body.formation, 'short-lived');
    await eve.post('/api/formations', { id: 'short-lived' }).expect(201);
    await eve.get(`/api/operations/${id}`).expect(404);
  });
});
