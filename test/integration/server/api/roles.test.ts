import assert from 'node:assert/strict';
import { isAllowed, leastRole, roles, type MemberRole } from '../../../../server/formation/sharing/roles.js';
import { formationOfUser } from '../../../../server/git/authorize-push.js';
import { routes } from '../../../../server/api/router.js';
import { ApiHarness, type Caller } from '../../../support/server/api-harness.js';

describe('roles in a formation', function () {
  this.timeout(60_000);
  let api: ApiHarness;
  const people = new Map<MemberRole | 'stranger' | 'platform', Caller>();
  let operation = '';
  const base = '/api/formations/peachy';

  before(async () => {
    api = await ApiHarness.start();
    const platform = await api.register('root');
    people.set('platform', platform);
    for (const [role, name] of [
      ['owner', 'olga'],
      ['admin', 'adam'],
      ['collaborator', 'cora'],
      ['viewer', 'vera'],
      ['stranger', 'mallory'],
    ] as const)
      people.set(role, await api.register(name, platform));
    const owner = as('owner');
    await owner.post('/api/formations', { id: 'peachy', flavor: 'mock' }).expect(201);
    for (const role of ['admin', 'collaborator', 'viewer'] as const)
      await owner.post(`${base}/perms`, { username: as(role).username, role }).expect(200);
    api.worker.outcome = { state: 'succeeded' };
    operation = (
      (await owner.post(`${base}/config`, { values: { SECRET: 'hunter2' } }).expect(200)).body as {
        id: string;
      }
    ).id;
  });
  after(() => api.close());

  const as = (who: MemberRole | 'stranger' | 'platform'): Caller => people.get(who)!;
  const fill = (path: string): string =>
    path.replace(':formation', 'peachy').replace(':operation', operation).replace(/:\w+/g, 'nosuch');

  for (const [method, path, { may }] of routes.filter(([, , endpoint]) => endpoint.may !== undefined)) {
    it(`${method} ${path} needs ${leastRole[may!]} or more`, async () => {
      for (const role of roles.filter((each) => !isAllowed(each, may!))) {
        const { body } = await as(role).send(method, fill(path)).expect(403);
        assert.match(
          (body as { detail: string }).detail,
          new RegExp(`^you are an? ${role} of peachy: this needs (a|an|the) ${leastRole[may!]}$`),
        );
      }
      // What is wrong besides shows only to who may: a field that there is not ends the request before
      // anything is done.
      for (const role of roles.filter((each) => isAllowed(each, may!))) {
        const { status, body } = await as(role).send(method, `${fill(path)}?no_such_parameter=1`);
        assert.deepEqual(
          [
            role,
            status,
            (body as { errors: { field: string }[] }).errors.some(
              ({ field }) => field === 'no_such_parameter',
            ),
          ],
          [role, 400, true],
        );
      }
      for (const who of ['stranger', 'platform'] as const) await as(who).send(method, fill(path)).expect(404);
    });
  }

  it('show config and databag to viewers with values masked', async () => {
    assert.deepEqual((await as('viewer').get(`${base}/config`).expect(200)).body.values, {
      SECRET: '[masked]',
    });
    assert.deepEqual((await as('collaborator').get(`${base}/config`).expect(200)).body.values, {
      SECRET: 'hunter2',
    });
  });

  it('let shared formations be listed, and pushed to by collaborators and above', async () => {
    for (const role of roles)
      assert.deepEqual(
        (await as(role).get('/api/formations').expect(200)).body.results.map(({ id }: { id: string }) => id),
        ['peachy'],
        role,
      );
    assert.equal((await as('stranger').get('/api/formations').expect(200)).body.count, 0);
    const pushes = async (role: MemberRole | 'stranger') => {
      const user = (await api.parts.stores.users.byUsername(as(role).username))!;
      const answer = await formationOfUser(api.parts.stores, user, {
        service: 'receive-pack',
        formation: 'peachy',
      });
      return 'refuse' in answer ? answer.refuse : 'yes';
    };
    assert.deepEqual(await Promise.all((['owner', 'admin', 'collaborator'] as const).map(pushes)), [
      'yes',
      'yes',
      'yes',
    ]);
    assert.match(
      await pushes('viewer'),
      /you are a viewer of peachy: pushing and fetching need a collaborator/,
    );
    assert.match(await pushes('stranger'), /no formation peachy/);
  });

  it('are listed, given, changed, taken and given up', async () => {
    const { results } = (await as('viewer').get(`${base}/perms`).expect(200)).body;
    assert.deepEqual(
      results.map(({ username, role }: { username: string; role: string }) => `${username} ${role}`),
      ['adam admin', 'cora collaborator', 'vera viewer'],
    );
    await as('admin').post(`${base}/perms`, { username: 'mallory' }).expect(200);
    await as('stranger').post(`${base}/perms`, { username: 'mallory', role: 'admin' }).expect(403);
    await as('stranger').delete(`${base}/perms/vera`).expect(403);
    await as('admin').post(`${base}/perms`, { username: 'mallory', role: 'viewer' }).expect(200);
    await as('stranger').delete(`${base}/perms/mallory`).expect(204);
    await as('stranger').get(base).expect(404);
    await as('admin').delete(`${base}/perms/mallory`).expect(404);
    await as('admin').delete(`${base}/perms/olga`).expect(409);
    await as('admin').post(`${base}/perms`, { username: 'olga' }).expect(409);
    for (const username of ['nobody', '', 'x\u0001'])
      assert.equal(
        (await as('owner').post(`${base}/perms`, { username }).expect(400)).body.field,
        'username',
      );
    for (const role of ['owner', 'root', 1])
      await as('owner').post(`${base}/perms`, { username: 'vera', role }).expect(400);
  });

  it('go over to somebody else, once, by the owner alone', async () => {
    await as('admin').post(`${base}/transfer`, { username: 'adam' }).expect(403);
    await as('owner').post(`${base}/transfer`, { username: 'olga' }).expect(409);
    const both = await Promise.all(
      ['adam', 'cora'].map((username) =>
        as('owner')
          .post(`${base}/transfer`, { username })
          .then(({ status }) => status),
      ),
    );
    assert.equal(both.filter((status) => status === 201).length, 1, both.join());
    const heir = as(both[0] === 201 ? 'admin' : 'collaborator');
    await heir.post('/api/transfers/peachy/accept').expect(200);
    assert.equal((await heir.get(base).expect(200)).body.owner, heir.username);
    assert.ok(
      (await heir.get(`${base}/perms`).expect(200)).body.results.some(
        (perm: { username: string; role: string }) => perm.username === 'olga' && perm.role === 'admin',
      ),
    );
    await as('owner').delete(base).expect(403);
    await heir.post(`${base}/transfer`, { username: 'olga' }).expect(201);
    await as('owner').post('/api/transfers/peachy/accept').expect(200);
  });

  it('are not those of the platform: its admins make each other, and the last one stays', async () => {
    await as('owner').post('/api/admins', { username: 'olga' }).expect(403);
    await as('platform').post('/api/admins', { username: 'nobody' }).expect(400);
    assert.equal(
      (await as('platform').post('/api/admins', { username: 'olga' }).expect(200)).body.is_admin,
      true,
    );
    await as('owner').delete('/api/admins/root').expect(204);
    assert.deepEqual(
      (await as('owner').get('/api/admins').expect(200)).body.results.map(
        ({ username }: { username: string }) => username,
      ),
      ['olga'],
    );
    assert.match((await as('owner').delete('/api/admins/olga').expect(409)).body.detail, /last admin/);
    await as('owner').delete('/api/admins/nobody').expect(404);
    await as('owner').post('/api/admins', { username: 'root' }).expect(200);
  });
});
