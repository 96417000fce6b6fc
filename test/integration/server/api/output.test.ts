import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { waitUntil } from '../../../../base/wait-until.js';
import { ApiHarness, type Caller } from '../../../support/server/api-harness.js';

describe('output of builds and releases over HTTP', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let owner: Caller;
  let stranger: Caller;
  const path = '/api/formations/peachy-waxworks';

  before(async () => {
    api = await ApiHarness.start();
    const admin = await api.register('ada');
    owner = await api.register('olga', admin);
    stranger = await api.register('stan', admin);
    await owner.post('/api/formations', { id: 'peachy-waxworks', flavor: 'mock' }).expect(201);
  });
  after(() => api.close());

  const event = (type: string, data: Record<string, unknown>) => ({ type, data });

  it('of a build is every line of its step, and of no other; the newest push by name', async () => {
    await owner.get(`${path}/builds/latest/output`).expect(404);
    const { operations, operationEvents, formations } = api.parts.stores;
    const formation = (await formations.byName('peachy-waxworks'))!;
    const push = async (): Promise<string> =>
      (
        await operations.enqueue({
          id: randomUUID(),
          formationId: formation.id,
          formationName: formation.name,
          kind: 'push',
          params: { commit: 'abc' },
          requestedBy: null,
        })
      ).id;
    const [first, second] = [await push(), await push()];
    const many = Array.from({ length: 2500 }, (_, n) => `line ${n}`);
    await operationEvents.append(first, [
      event('step-started', { step: 'build' }),
      ...many.map((text) => event('line', { text })),
      event('step-ended', { step: 'build' }),
      event('step-started', { step: 'start' }),
      event('line', { text: 'not of the build' }),
    ]);
    const { body } = await owner.get(`${path}/builds/${first}/output`).expect(200);
    assert.deepEqual(body, { build: first, sha: 'abc', state: 'queued', failure: null, lines: many });
    assert.equal((await owner.get(`${path}/builds/latest/output`).expect(200)).body.build, second);
    const kept = { step: 'bin/compile of nodejs', exit_code: 1, advice: 'Push again.' };
    const error = { message: 'the build failed', ...kept, lines: ['no such cake'] };
    await operations.finishQueued(second, { state: 'failed', error });
    const failed = (await owner.get(`${path}/builds/${second}/output`).expect(200)).body;
    assert.deepEqual(failed.failure, { message: 'the build failed', ...kept });
    const converge = (await owner.post(`${path}/converge`).set('Prefer', 'respond-async').expect(202)).body
      .id as string;
    for (const wrong of [randomUUID(), converge, 'x', '%00'])
      await owner.get(`${path}/builds/${wrong}/output`).expect(404);
    await stranger.get(`${path}/builds/${first}/output`).expect(404);
  });

  it('a push is cancelled by its build: the one under way, the newest that waits, or the one named', async () => {
    const { operations, formations } = api.parts.stores;
    await owner.post('/api/formations', { id: 'cancelled', flavor: 'mock' }).expect(201);
    const other = '/api/formations/cancelled/builds';
    const formation = (await formations.byName('cancelled'))!;
    const push = async (): Promise<string> => {
      const { id: formationId, name: formationName } = formation;
      const of = { formationId, formationName, kind: 'push', requestedBy: null };
      return (await operations.enqueue({ id: randomUUID(), ...of, params: { commit: 'abc' } })).id;
    };
    await owner.post(`${other}/latest/cancel`).expect(409);
    const [first, second, third] = [await push(), await push(), await push()];
    await api.db
      .database('operations')
      .where({ id: first })
      .update({ state: 'running', started_at: new Date() });
    for (const [name, id] of [
      ['latest', first],
      [second, second],
    ] as const)
      assert.equal((await owner.post(`${other}/${name}/cancel`).expect(200)).body.id, id);
    await api.db
      .database('operations')
      .where({ id: first })
      .update({ state: 'failed', finished_at: new Date() });
    assert.equal((await owner.post(`${other}/latest/cancel`).expect(200)).body.id, third);
    assert.match((await owner.post(`${other}/${first}/cancel`).expect(409)).body.detail, /too late/);
    for (const wrong of [randomUUID(), 'x']) await owner.post(`${other}/${wrong}/cancel`).expect(404);
    await owner.post(`${path}/builds/${third}/cancel`).expect(404);
    await stranger.post(`${other}/latest/cancel`).expect(404);
  });

  /** An ended push of this formation with about 8 MB of build output. */
  async function largeOutput(): Promise<{ readonly id: string; readonly lines: readonly string[] }> {
    const { operations, operationEvents, formations } = api.parts.stores;
    const formation = (await formations.byName('peachy-waxworks'))!;
    const { id } = await operations.enqueue({
      id: randomUUID(),
      formationId: formation.id,
      formationName: formation.name,
      kind: 'push',
      params: { commit: 'def' },
      requestedBy: null,
    });
    const lines = Array.from({ length: 2000 }, (_, n) => `${n} "`.padEnd(4000, 'ü'));
    await operationEvents.append(id, [event('step-started', { step: 'build' })]);
    for (let from = 0; from < lines.length; from += 500)
      await operationEvents.append(
        id,
        lines.slice(from, from + 500).map((text) => event('line', { text })),
      );
    return { id, lines };
  }

  it('of a build is sent as it is read: eight slow readers of 16 MB cost little memory', async () => {
    const { id, lines } = await largeOutput();
    const { operationEvents } = api.parts.stores;
    const asked = { pages: 0 };
    const listAfter = operationEvents.listAfter.bind(operationEvents);
    operationEvents.listAfter = (...args) => ((asked.pages += 1), listAfter(...args));
    const server = createServer(api.app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const before = memoryHeld();
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const request = get({
          port,
          path: `${path}/builds/${id}/output`,
          headers: { authorization: `Bearer ${owner.token}` },
        });
        const [answer] = (await once(request, 'response')) as [IncomingMessage];
        return answer.pause();
      }),
    );
    let seen = -1;
    const hasSettled = (): Promise<true | undefined> => {
      const isStill = asked.pages === seen;
      seen = asked.pages;
      return Promise.resolve(isStill ? true : undefined);
    };
    await waitUntil(hasSettled, {
      deadlineMs: 20_000,
      intervalMs: 300,
      what: 'the readers to be waited for',
    });
    const held = (memoryHeld() - before) / 1024 ** 2;
    assert.ok(held < 40, `${held} MB`);
    assert.ok(asked.pages < 8 * 10, 'all was read at once');
    const texts = await Promise.all(answers.slice(0, 2).map((answer) => text(answer)));
    for (const each of texts) assert.deepEqual(JSON.parse(each).lines, lines);
    server.closeAllConnections();
    server.close();
  });

  it('of a build is cut off, and not ended, when it cannot be read to its end', async () => {
    const { id } = await largeOutput();
    const { operationEvents } = api.parts.stores;
    const listAfter = operationEvents.listAfter.bind(operationEvents);
    for (const brokenAt of [0, 1]) {
      let pages = 0;
      operationEvents.listAfter = (...args) =>
        (pages += 1) > brokenAt ? Promise.reject(new Error('the database is away')) : listAfter(...args);
      const answer = owner.get(`${path}/builds/${id}/output`);
      if (brokenAt === 0) await answer.expect(500);
      else await assert.rejects(answer.then(), /aborted/);
    }
    operationEvents.listAfter = listAfter;
    const { headers } = await owner.send('HEAD', `${path}/builds/${id}/output`).expect(200);
    assert.match(String(headers['content-type']), /^application\/json/);
  });

  it('of a release is what failed containers left behind', async () => {
    const { configs, releases, releasePhases, postdeploys, formations } = api.parts.stores;
    const formation = (await formations.byName('peachy-waxworks'))!;
    const config = await configs.insert({ formationId: formation.id, createdBy: null, values: {} });
    const { id } = await releases.insert({
      formationId: formation.id,
      buildId: null,
      configId: config.id,
      limits: {},
      summary: 'config',
      createdBy: null,
    });
    assert.deepEqual((await owner.get(`${path}/releases/v1/output`).expect(200)).body, {
      version: 1,
      state: 'pending',
      reason: null,
      phase: null,
      postdeploy: null,
      containers: [],
    });
    await releasePhases.insert({ releaseId: id, runId: null });
    const phase = async (name = 'phase'): Promise<unknown> =>
      (await owner.get(`${path}/releases/1/output`).expect(200)).body[name];
    const begun = { node: null, exit_code: null, lines: [], begun_at: null, ended_at: null };
    assert.deepEqual(await phase(), { ...begun, state: 'running' });
    const at = new Date('2026-01-01T00:00:00.000Z');
    await releasePhases.end(id, { at, exitCode: 3, lines: ['a', 'b'] });
    await releasePhases.end(id, { at, exitCode: 0, lines: [] });
    assert.deepEqual(await phase(), {
      ...begun,
      state: 'failed',
      exit_code: 3,
      lines: ['a', 'b'],
      ended_at: '2026-01-01T00:00:00.000Z',
    });
    assert.equal(await phase('postdeploy'), null);
    await postdeploys.insert({ releaseId: id, runId: null });
    await postdeploys.end(id, { at, exitCode: 0, lines: ['seeded'] });
    assert.deepEqual(await phase('postdeploy'), {
      ...begun,
      state: 'succeeded',
      exit_code: 0,
      lines: ['seeded'],
      ended_at: '2026-01-01T00:00:00.000Z',
    });
    const evidence = {
      node: 'n-1',
      container: 'c',
      reason: 'exited with status 7',
      lines: ['a \u0001', 'b'],
      inspect: { env: ['PORT'] },
      operation: randomUUID(),
      at: '2026-01-01T00:00:00.000Z',
    };
    const told = { ...evidence, exit_code: 7, out_of_memory: false, restarts: 0 };
    const all = [evidence, told, { ...told, exit_code: null }];
    await releases.setEvidence(id, all);
    assert.deepEqual((await owner.get(`${path}/releases/1/output`).expect(200)).body.containers, all);
    for (const wrong of ['9', 'x', '0']) await owner.get(`${path}/releases/${wrong}/output`).expect(404);
    await stranger.get(`${path}/releases/1/output`).expect(404);
  });
});

/** Bytes that this process holds on to, after a collection. */
function memoryHeld(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
