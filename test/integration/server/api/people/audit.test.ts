import assert from 'node:assert/strict';
import { storeLiveApp } from '../../../../support/server/stored-formation.js';
import { ApiHarness, type Caller } from '../../../../support/server/api-harness.js';

interface Entry {
  readonly actor: string;
  readonly action: string;
  readonly formation: string | null;
  readonly target: Record<string, unknown>;
  readonly source: string | null;
  readonly outcome: string | null;
  readonly request_id: string;
}

describe('the audit log', function () {
  this.timeout(20_000);
  let api: ApiHarness;
  let root: Caller;
  let olga: Caller;
  let vera: Caller;
  const base = '/api/formations/peachy';

  before(async () => {
    api = await ApiHarness.start();
    root = await api.register('root');
    olga = await api.register('olga', root);
    vera = await api.register('vera', root);
    await olga.post('/api/formations', { id: 'peachy', flavor: 'mock' }).expect(201);
    const { stores } = api.parts;
    const formation = (await stores.formations.byName('peachy'))!;
    await storeLiveApp(stores, (await stores.layers.byName(formation.id, 'runtime'))!);
    api.worker.outcome = { state: 'succeeded' };
  });
  after(() => api.close());

  const entries = async (caller: Caller, path = `${base}/audit`): Promise<Entry[]> =>
    (await caller.get(path).expect(200)).body.results as Entry[];

  it('tells who changed what in a formation, from where and how it ended, and never a value', async () => {
    const operation = (
      await olga
        .post(`${base}/config`, { values: { SECRET: 'hunter2', OLD: null } })
        .set('X-Request-Id', 'req-7')
        .expect(200)
    ).body.id as string;
    await olga.post(`${base}/scale/containers`, { web: 2 }).expect(200);
    await olga.post(`${base}/perms`, { username: 'vera', role: 'viewer' }).expect(200);
    await olga.post(`${base}/run`, { command: 'echo hunter2' }).expect(200);
    const all = await entries(olga);
    assert.deepEqual(
      all.map(({ actor, action, target, outcome }) => [actor, action, target, outcome]),
      [
        ['olga', 'POST /formations/:formation/run', {}, 'done'],
        ['olga', 'POST /formations/:formation/perms', { username: 'vera', role: 'viewer' }, 'done'],
        [
          'olga',
          'POST /formations/:formation/scale/containers',
          { web: 2, operation: all[2]!.target['operation'] },
          'done',
        ],
        ['olga', 'POST /formations/:formation/config', { names: ['SECRET', 'OLD'], operation }, 'done'],
      ],
    );
    assert.equal(all[3]!.request_id, 'req-7');
    assert.match(all[3]!.source ?? '', /127\.0\.0\.1$/);
    assert.ok(!JSON.stringify(await entries(root, '/api/audit?limit=1000')).includes('hunter2'));
  });

  it('keeps what was refused and what failed, too, and no reading', async () => {
    await olga.post(`${base}/layers`, { id: 'runtime', flavor: 'nosuch' }).expect(400);
    await api.withoutTable('operations', () => olga.post(`${base}/converge`).expect(500));
    await olga.get(base).expect(200);
    await olga.post(`${base}/calculate`).expect(200);
    const [failed, refused, before] = await entries(olga);
    assert.deepEqual([failed!.action, failed!.outcome], ['POST /formations/:formation/converge', 'failed']);
    assert.deepEqual(
      [refused!.action, refused!.target['flavor'], refused!.outcome],
      [
        'POST /formations/:formation/layers',
        'nosuch',
        'refused: no flavor "nosuch" of yours or shared with peachy',
      ],
    );
    assert.equal(before!.action, 'POST /formations/:formation/run');
  });

  it('has what a role or a token did not reach, and of strangers nothing in the formation', async () => {
    await vera.post(`${base}/config`, { values: { A: 'hunter2' } }).expect(403);
    const [refused, before] = await entries(olga);
    assert.deepEqual(
      [refused!.actor, refused!.action, refused!.outcome],
      [
        'vera',
        'POST /formations/:formation/config',
        'refused: you are a viewer of peachy: this needs a collaborator',
      ],
    );
    await root.delete(base).expect(404);
    await vera.get(`${base}/audit`).expect(403);
    assert.deepEqual((await entries(olga)).slice(0, 2), [refused, before]);
    await vera.post('/api/users/invite', {}).expect(403);
    const [invite] = await entries(root, '/api/audit');
    assert.deepEqual(
      [invite!.actor, invite!.action, invite!.outcome],
      ['vera', 'POST /users/invite', 'refused: only an admin may do that'],
    );
  });

  it('has logins, right and wrong, and never a password', async () => {
    await api
      .anonymous()
      .post('/api/auth/login')
      .send({ username: 'vera', password: 'wrong sentinel' })
      .expect(401);
    await api
      .anonymous()
      .post('/api/auth/login')
      .send({ username: 'vera', password: 'correct horse battery' })
      .expect(200);
    const all = await entries(root, '/api/audit');
    assert.deepEqual(
      all.slice(0, 2).map(({ actor, action, outcome }) => [actor, action, outcome]),
      [
        ['vera', 'POST /auth/login', 'done'],
        ['vera', 'POST /auth/login', 'refused: wrong username or password'],
      ],
    );
    await api
      .anonymous()
      .post('/api/auth/login')
      .send({ username: 'a sentinel of a password', password: 'x' })
      .expect(401);
    assert.equal((await entries(root, '/api/audit'))[0]!.actor, '');
    assert.doesNotMatch(JSON.stringify([...all, ...(await entries(root, '/api/audit'))]), /sentinel|horse/);
  });

  it('is for admins of the formation, and in whole for those of the platform', async () => {
    await vera.get(`${base}/audit`).expect(403);
    await root.get(`${base}/audit`).expect(404);
    await olga.get('/api/audit').expect(403);
  });

  it('says accepted of what an operation carries out until it has ended, and then how', async () => {
    const { stores } = api.parts;
    const converge = async (status: number): Promise<string> =>
      (
        await olga
          .post(`${base}/converge`)
          .set('Prefer', status === 202 ? 'respond-async' : '')
          .expect(status)
      ).body.id as string;
    const newest = async (): Promise<unknown[]> => {
      const [entry] = await entries(olga);
      return [entry!.outcome, entry!.target];
    };
    const written = async () => (await stores.audit.page({ limit: 1 })).items[0]!.outcome;
    api.worker.outcome = undefined;
    const operation = await converge(202);
    assert.deepEqual(await newest(), ['accepted', { operation }]);
    const failed = {
      state: 'failed',
      error: { message: 'app-runtime-1 does not answer\nfor 10 s' },
    } as const;
    await stores.transaction((inside) => inside.operations.finishQueued(operation, failed));
    const end = 'failed: app-runtime-1 does not answer';
    assert.deepEqual([await newest(), await written()], [[end, { operation }], 'accepted']);
    await stores.operations.removeEndedBefore(new Date(Date.now() + 60_000));
    assert.deepEqual(await newest(), ['accepted', { operation }], 'its end is no longer kept');
    api.worker.outcome = failed;
    await converge(200);
    assert.equal(await written(), end, 'it was waited for');
    const stopped = await olga.post(`/api/operations/${await converge(200)}/cancel`).expect(200);
    assert.deepEqual([(stopped.body as { state: string }).state, (await newest())[0]], ['failed', 'done']);
    api.worker.outcome = { state: 'succeeded' };
  });

  it('outlives the formation and the user', async () => {
    const { id } = (await api.parts.stores.formations.byName('peachy'))!;
    const count = (await entries(root, '/api/audit?limit=1000')).filter(
      ({ formation, actor }) => formation === 'peachy' && actor === 'olga',
    ).length;
    await api.parts.stores.formations.delete(id);
    await api.parts.stores.users.delete((await api.parts.stores.users.byUsername('olga'))!.id);
    const left = (await entries(root, '/api/audit?limit=1000')).filter(
      ({ formation, actor }) => formation === 'peachy' && actor === 'olga',
    );
    assert.equal(left.length, count);
  });
});
