import assert from 'node:assert/strict';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';
import { storeLiveApp } from '../../../../support/server/stored-formation.js';

describe('metrics of a formation', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let owner: Caller;
  let formationId: number;
  before(async () => {
    api = await ApiHarness.start();
    owner = await api.register('ada');
    await owner.post('/api/formations', { id: 'shop', flavor: 'mock' }).expect(201);
    const { stores } = api.parts;
    formationId = (await stores.formations.byName('shop'))!.id;
    const runtime = (await stores.layers.byName(formationId, 'runtime'))!;
    await storeLiveApp(stores, runtime);
    await api.db.database('releases').update({ live_at: new Date('2026-11-21T11:45:00Z') });
  });
  after(() => api.close());

  const path = '/api/formations/shop/metrics';

  it('are empty before anything was measured, with the releases of the time', async () => {
    const { body } = await owner.get(path).expect(200);
    assert.deepEqual(body, {
      from: '2026-11-21T11:00:00.000Z',
      to: '2026-11-21T12:00:00.000Z',
      step_seconds: 60,
      steps: 60,
      traffic: [],
      processes: [],
      disks: [],
      releases: [{ version: 1, summary: 'push', live_at: '2026-11-21T11:45:00.000Z' }],
    });
  });

  it('are what was measured', async () => {
    const { measures } = api.parts.stores;
    const measure = {
      seconds: 60,
      containers: {},
      traffic: { statuses: { 2: 90, 5: 30 }, took: { 5: 120 } },
      disks: { '/': 0.5 },
    };
    const at = new Date('2026-11-21T11:59:00Z');
    await measures.put({ formationId, node: 'p' }, [{ resolution: 60, at, measure }]);
    const { body } = await owner.get(path).expect(200);
    assert.equal(body.traffic[0].requests[59], 2);
    assert.equal(body.traffic[0].statuses['5xx'][59], 0.5);
    assert.deepEqual(body.disks, [{ node: 'p', mount: '/', used: [...Array<null>(59).fill(null), 0.5] }]);
    const later = await owner.get(`${path}?since=2026-11-21T11:50:00Z&steps=2`).expect(200);
    assert.deepEqual([later.body.steps, later.body.step_seconds, later.body.releases], [2, 300, []]);
  });

  it('show in the list of containers what each used when its node was read last, unless that is long ago', async () => {
    const { measures } = api.parts.stores;
    const { body: before } = await owner.get('/api/formations/shop/containers').expect(200);
    const [web] = before.results;
    assert.equal(web.usage, null);
    const used = {
      process: web.name,
      release: 1,
      cpuMs: 500,
      memory: 84_000_000,
      memoryLimit: null,
      restarts: 0,
    };
    const at = (time: string): Date => new Date(`2026-11-21T${time}Z`);
    const put = (time: string, port: number, cpuMs: number): Promise<void> =>
      measures.put({ formationId, node: web.node }, [
        {
          resolution: 10,
          at: at(time),
          measure: {
            seconds: 10,
            containers: { [`${web.name} ${port}`]: { ...used, cpuMs } },
            disks: {},
          },
        },
      ]);
    const usage = async () =>
      (await owner.get('/api/formations/shop/containers').expect(200)).body.results[0].usage;
    await put('11:54:50', web.port, 9000);
    assert.equal(await usage(), null);
    await put('11:59:30', web.port, 9000);
    await put('11:59:40', web.port, 500);
    assert.deepEqual(await usage(), {
      cpu: 0.05,
      memory: 84_000_000,
      memory_limit: null,
      at: '2026-11-21T11:59:40.000Z',
    });
    // Another container of the process, on another port.
    await put('11:59:50', web.port + 1, 500);
    assert.equal(await usage(), null);
  });

  it('show in the list of nodes what is left of each, by limits and by what is in use', async () => {
    const { measures, nodes } = api.parts.stores;
    const { id, name } = (await nodes.ofFormation(formationId)).find(({ status }) => status === 'ready')!;
    const shown = async () => {
      const { body } = await owner.get('/api/formations/shop/nodes').expect(200);
      const { size, left } = body.results.find((node: { id: string }) => node.id === name);
      assert.deepEqual((await owner.get(`/api/formations/shop/nodes/${name}`).expect(200)).body.left, left);
      return { size, left };
    };
    assert.deepEqual(await shown(), { size: null, left: null });
    const size = { memory: 2 ** 31, cpus: 2 };
    await nodes.sawSize(id, { memory: 2 ** 30, cpus: 1 });
    await nodes.sawSize(id, size);
    assert.deepEqual(await shown(), { size, left: { limits: size, use: null } });
    const limits = { web: { memory: 2 ** 29, cpus: 0.5 } };
    await api.db.database('releases').update({ limits: JSON.stringify(limits) });
    const measure = { seconds: 5, containers: {}, machine: { cpuMs: 500, memory: 2 ** 30 }, disks: {} };
    const at = new Date('2026-11-21T11:59:55Z');
    await measures.put({ formationId, node: name }, [{ resolution: 10, at, measure }]);
    assert.deepEqual((await shown()).left, {
      limits: { memory: 3 * 2 ** 29, cpus: 1.5 },
      use: { memory: 2 ** 30, cpus: 1.9, at: '2026-11-21T11:59:55.000Z' },
    });
  });

  it('refuse a time that is none, one that ends before it begins, and more steps than there may be', async () => {
    await owner.get(`${path}?since=yesterday`).expect(400);
    await owner.get(`${path}?since=2026-11-21T11:50:00Z&until=2026-11-21T11:40:00Z`).expect(400);
    await owner.get(`${path}?steps=501`).expect(400);
    await owner.get(`${path}?steps=0`).expect(400);
  });

  it('are there for viewers', async () => {
    const viewer = await api.register('vera', owner);
    await owner.post('/api/formations/shop/perms', { username: 'vera', role: 'viewer' }).expect(200);
    await viewer.get(path).expect(200);
  });
});
