import assert from 'node:assert/strict';
import { maxHooks } from '../../../../../server/api/app/hooks.js';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';

describe('alerts and hooks over the API', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let owner: Caller;
  before(async () => {
    api = await ApiHarness.start();
    owner = await api.register('ada');
    await owner.post('/api/formations', { id: 'shop', flavor: 'mock' }).expect(201);
  });
  after(() => api.close());
  const path = '/api/formations/shop';

  it('has rules, one of each kind, with the threshold of the kind or another', async () => {
    const { body } = await owner.post(`${path}/alerts`, { kind: 'memory' }).expect(201);
    assert.deepEqual([body.threshold, body.unit], [90, '%']);
    await owner.post(`${path}/alerts`, { kind: 'memory' }).expect(409);
    await owner.post(`${path}/alerts`, { kind: 'p95', threshold: 250 }).expect(201);
    await owner.post(`${path}/alerts`, { kind: 'disk', threshold: 400 }).expect(400);
    await owner.post(`${path}/alerts`, { kind: 'weather' }).expect(400);
    const list = await owner.get(`${path}/alerts`).expect(200);
    assert.deepEqual(
      list.body.results.map(({ kind, threshold }: { kind: string; threshold: number }) => [kind, threshold]),
      [
        ['memory', 90],
        ['p95', 250],
      ],
    );
    await owner.delete(`${path}/alerts/p95`).expect(204);
    await owner.delete(`${path}/alerts/p95`).expect(404);
    assert.deepEqual((await owner.get(`${path}/fired-alerts`).expect(200)).body.results, []);
  });

  it('shows the secret of a hook once, and its URL never', async () => {
    const url = 'https://hooks.example.com/T0/sentinel-of-url';
    const { body } = await owner.post(`${path}/hooks`, { url }).expect(201);
    assert.match(body.secret, /^whsec_[\w-]{32}$/);
    assert.equal(body.host, 'hooks.example.com');
    await owner.post(`${path}/hooks`, { url }).expect(409);
    const audit = (await owner.get(`${path}/audit`).expect(200)).text;
    const listed = (await owner.get(`${path}/hooks`).expect(200)).text;
    for (const text of [audit, listed, api.log.join('')]) {
      assert.ok(!text.includes('sentinel-of-url'));
      assert.ok(!text.includes(body.secret));
    }
    const { rows } = await api.db.database.raw('select hooks::text as row from hooks');
    assert.ok(!JSON.stringify(rows).includes('sentinel-of-url'));
  });

  it('refuses URLs where hooks do not reach, and more hooks than there may be', async () => {
    const { body } = await owner
      .post(`${path}/hooks`, { url: 'http://127.0.0.1:6379/', name: 'x' })
      .expect(400);
    assert.match(JSON.stringify(body), /DEIS_HOOK_NETWORKS/);
    for (const url of ['ftp://example.com/', 'nonsense', 'https://me:pw@example.com/'])
      await owner.post(`${path}/hooks`, { url, name: 'x' }).expect(400);
    for (let n = 1; n < maxHooks; n += 1)
      await owner.post(`${path}/hooks`, { url: 'https://example.com/', name: `hook-${n}` }).expect(201);
    await owner.post(`${path}/hooks`, { url: 'https://example.com/', name: 'one-more' }).expect(400);
    for (let n = 1; n < maxHooks; n += 1) await owner.delete(`${path}/hooks/hook-${n}`).expect(204);
    await owner.delete(`${path}/hooks/hook-1`).expect(404);
  });

  it('sends a test, lists what was sent, and sends it again', async () => {
    const { body } = await owner.post(`${path}/alerts/memory/test`).expect(200);
    assert.deepEqual(body, { hooks: 1 });
    const { results } = (await owner.get(`${path}/hooks/default/deliveries`).expect(200)).body;
    assert.equal(results.length, 1);
    assert.deepEqual([results[0].event, results[0].state, results[0].attempts], ['alert.test', 'waiting', 0]);
    const again = await owner.post(`${path}/hooks/default/deliveries/${results[0].id}/resend`).expect(201);
    assert.notEqual(again.body.id, results[0].id);
    assert.deepEqual(again.body.body, results[0].body);
    await owner.post(`${path}/hooks/default/deliveries/nonsense/resend`).expect(404);
    await owner.post(`${path}/alerts/deploy/test`).expect(404);
  });

  it('lets viewers look, and nobody below an admin of the formation change', async () => {
    const viewer = await api.register('vera', owner);
    await owner.post(`${path}/perms`, { username: 'vera', role: 'collaborator' }).expect(200);
    await viewer.get(`${path}/alerts`).expect(200);
    await viewer.get(`${path}/hooks`).expect(200);
    await viewer.post(`${path}/alerts`, { kind: 'deploy' }).expect(403);
    await viewer.post(`${path}/hooks`, { url: 'https://example.com/', name: 'v' }).expect(403);
  });
});
