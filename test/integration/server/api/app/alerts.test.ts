import assert from 'node:assert/strict';
import { maxPatternRules, maxRules } from '../../../../../server/api/app/alerts.js';
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

  it('has several rules of a kind by their names, with patterns of lines, and no more than there may be', async () => {
    const add = (fields: object, status = 201) => owner.post(`${path}/alerts`, fields).expect(status);
    const { body } = await add({
      kind: 'log',
      pattern: 'timeout|refused',
      threshold: 20,
      minutes: 10,
      name: 'slow',
    });
    assert.deepEqual(
      [body.name, body.kind, body.threshold, body.unit, body.pattern, body.minutes],
      ['slow', 'log', 20, 'lines', 'timeout|refused', 10],
    );
    assert.deepEqual((await owner.delete(`${path}/alerts/log`)).status, 404, 'it is known by its name');
    const refused = await add({ kind: 'log', pattern: '(?=x)', name: 'bad' }, 400);
    assert.match(JSON.stringify(refused.body), /is not a valid pattern/);
    for (const wrong of [
      { kind: 'log' },
      { kind: 'log', pattern: 'x', minutes: 61 },
      { kind: '5xx', pattern: 'x' },
    ])
      await add({ ...wrong, name: 'bad' }, 400);
    await add({ kind: 'memory', threshold: 99, name: 'Wrong Name' }, 400);
    for (let n = 1; n < maxPatternRules; n += 1) await add({ kind: 'log', pattern: 'x', name: `log-${n}` });
    await add({ kind: 'log', pattern: 'x', name: 'one-more' }, 400);
    const all = async (): Promise<string[]> =>
      (await owner.get(`${path}/alerts?limit=100`).expect(200)).body.results.map(
        ({ name }: { name: string }) => name,
      );
    for (let n = (await all()).length; n < maxRules; n += 1) await add({ kind: 'disk', name: `disk-${n}` });
    await add({ kind: 'disk', name: 'one-more' }, 400);
    for (const name of await all())
      if (name !== 'memory') await owner.delete(`${path}/alerts/${name}`).expect(204);
  });

  it('has rules about the controller for its admins alone', async () => {
    const other = await api.register('olga', owner);
    await other.post('/api/formations', { id: 'other', flavor: 'mock' }).expect(201);
    for (const kind of ['api-certificate', 'backup', 'wal']) {
      await other.post('/api/formations/other/alerts', { kind }).expect(403);
      await owner.post(`${path}/alerts`, { kind }).expect(201);
      await owner.delete(`${path}/alerts/${kind}`).expect(204);
    }
  });

  it('mails alerts to an address, of which it shows where it is', async () => {
    const url = 'mailto:sentinel-of-address@example.com';
    const { body } = await owner.post(`${path}/hooks`, { url, name: 'mail' }).expect(201);
    assert.deepEqual([body.host, body.secret], ['@example.com', null]);
    for (const text of [(await owner.get(`${path}/hooks`)).text, (await owner.get(`${path}/audit`)).text])
      assert.ok(text.includes('@example.com') && !text.includes('sentinel-of-address'));
    for (const wrong of [
      'mailto:',
      'mailto:x',
      'mailto:a@example.com?cc=b@example.com',
      'mailto:a@example.com,b@example.com',
    ])
      await owner.post(`${path}/hooks`, { url: wrong, name: 'x' }).expect(400);
    await owner.delete(`${path}/hooks/mail`).expect(204);
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
    const gone = await owner.delete(`${path}/hooks/hook-1`).expect(404);
    assert.match(gone.body.detail, / has no hook hook-1: it has default$/);
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

  it('lists what is the matter now in all formations of a person, newest first, and nobody else sees it', async () => {
    const { stores } = api.parts;
    const { id: formationId } = (await stores.formations.byName('shop'))!;
    const [rule] = await stores.alerts.rulesOf(formationId);
    const fire = (subject: string) =>
      stores.alerts.open(
        { formationId, ruleId: rule!.id, kind: 'memory', subject, detail: `${subject} is full` },
        api.now,
      );
    const over = await fire('web.1');
    await fire('web.2');
    await fire('web.3');
    await stores.alerts.resolve(over!.id, api.now);
    const seen = async (caller: Caller): Promise<string[]> =>
      (await caller.get('/api/open-alerts').expect(200)).body.results.map(
        ({ formation, detail }: { formation: string; detail: string }) => `${formation}: ${detail}`,
      );
    const member = await api.register('marta', owner);
    assert.deepEqual(await seen(member), []);
    await owner.post(`${path}/perms`, { username: 'marta', role: 'viewer' }).expect(200);
    for (const caller of [owner, member])
      assert.deepEqual(await seen(caller), ['shop: web.3 is full', 'shop: web.2 is full']);
    const { body } = await owner.get('/api/open-alerts?limit=1').expect(200);
    const { body: rest } = await owner.get(body.next as string).expect(200);
    assert.deepEqual([body.count, rest.results[0].subject, rest.next], [2, 'web.2', null]);
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
