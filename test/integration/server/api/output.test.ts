import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { ApiHarness, type Caller } from '../../../support/api-harness.js';

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
    assert.deepEqual(body, { build: first, sha: 'abc', state: 'queued', lines: many });
    assert.equal((await owner.get(`${path}/builds/latest/output`).expect(200)).body.build, second);
    const converge = (await owner.post(`${path}/converge`).set('Prefer', 'respond-async').expect(202)).body
      .id as string;
    for (const wrong of [randomUUID(), converge, 'x', '%00'])
      await owner.get(`${path}/builds/${wrong}/output`).expect(404);
    await stranger.get(`${path}/builds/${first}/output`).expect(404);
  });

  it('of a release is what failed containers left behind', async () => {
    const { configs, releases, formations } = api.parts.stores;
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
      containers: [],
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
    await releases.setEvidence(id, [evidence]);
    assert.deepEqual((await owner.get(`${path}/releases/1/output`).expect(200)).body.containers, [evidence]);
    for (const wrong of ['9', 'x', '0']) await owner.get(`${path}/releases/${wrong}/output`).expect(404);
    await stranger.get(`${path}/releases/1/output`).expect(404);
  });
});
