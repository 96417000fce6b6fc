import assert from 'node:assert/strict';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';

describe('services over the API', function () {
  this.timeout(60_000);
  let api: ApiHarness;
  let ada: Caller;
  let grace: Caller;
  const shop = '/api/formations/shop';

  before(async () => {
    api = await ApiHarness.start();
    ada = await api.register('ada');
    grace = await api.register('grace', ada);
    for (const id of ['db', 'shop']) await ada.post('/api/formations', { id, flavor: 'mock' }).expect(201);
    await ada.post(`${shop}/perms`, { username: 'grace' }).expect(200);
    api.worker.outcome = { state: 'succeeded', result: {} };
    const { stores } = api.parts;
    const db = (await stores.formations.byName('db'))!;
    await ada.post('/api/formations/db/proxy', { mode: 'tcp', port: 5432 }).expect(200);
    const proxy = (await stores.layers.byName(db.id, 'proxy'))!;
    await stores.nodes.insert({
      id: '00000000-0000-4000-8000-000000000001',
      formationId: db.id,
      layerId: proxy.id,
      num: 1,
      name: 'db-proxy-1',
      hostPublicKey: 'ssh-ed25519 AAAA',
      hostPrivateKey: null,
      status: 'ready',
      address: '192.0.2.7',
      privateAddress: '10.0.0.7',
    });
  });
  after(() => api.close());

  const template = 'postgres://shop:hunter2@{host}:{port}/shop';
  const body = { service: 'db', variable: 'DATABASE_URL', template };

  it('show the port and where the formation is found', async () => {
    const { body: proxy } = await ada.get('/api/formations/db/proxy').expect(200);
    assert.deepEqual([proxy.mode, proxy.port, proxy.timeout], ['tcp', 5432, 86_400]);
    assert.deepEqual((await ada.get('/api/formations/db').expect(200)).body.urls, ['tcp://192.0.2.7:5432']);
  });

  it('are attached by who may use the one and configure the other', async () => {
    await grace.post(`${shop}/services`, body).expect(400);
    await ada.post('/api/formations/db/perms', { username: 'grace', role: 'viewer' }).expect(200);
    const { detail } = (await grace.post(`${shop}/services`, body).expect(403)).body as { detail: string };
    assert.match(detail, /viewer of db: this needs a collaborator/);
    await ada.post('/api/formations/db/perms', { username: 'grace', role: 'collaborator' }).expect(200);
    await grace.post(`${shop}/services`, body).expect(200);
    const { body: config } = await grace.get(`${shop}/config`).expect(200);
    assert.equal(config.values.DATABASE_URL, 'postgres://shop:hunter2@192.0.2.7:5432/shop');
  });

  it('are listed at both ends, without what a template holds; so is the audit log', async () => {
    for (const formation of ['shop', 'db']) {
      const { text } = await ada.get(`/api/formations/${formation}/services`).expect(200);
      const [service] = (JSON.parse(text) as { results: Record<string, unknown>[] }).results;
      assert.deepEqual(
        { ...service, created_at: '' },
        {
          created_at: '',
          consumer: 'shop',
          service: 'db',
          variable: 'DATABASE_URL',
          address: '192.0.2.7:5432',
        },
      );
      assert.doesNotMatch(text, /hunter2/);
    }
    const { text } = await ada.get(`${shop}/audit`).expect(200);
    assert.match(text, /"service":"db"/);
    assert.doesNotMatch(text, /hunter2/);
  });

  it('are detached by their variable', async () => {
    await grace.delete(`${shop}/services/NOTHING`).expect(404);
    await grace.delete(`${shop}/services/DATABASE_URL`).expect(200);
    assert.deepEqual((await grace.get(`${shop}/config`).expect(200)).body.values, {});
  });

  it('are refused with a word on what is wrong', async () => {
    const wrong = { ...body, template: 'postgres://shop:hunter2@db/shop' };
    const { text } = await grace.post(`${shop}/services`, wrong).expect(400);
    assert.match(text, /\{host\}:\{port\}/);
    assert.doesNotMatch(text, /hunter2/);
  });
});
