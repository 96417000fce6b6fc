import assert from 'node:assert/strict';
import { MockProvider, type MockCloud } from '../../../../provisioner/providers/mock/mock-provider.js';
import type { OperationRecord } from '../../../../server/store/operations/operation-store.js';
import { ApiHarness, type Caller } from '../../../support/server/api-harness.js';
import { FormationHarness } from '../../../support/server/formation-harness.js';

type Answer = { readonly body: { readonly detail: string } };

/**
 * The real API and the real domain over machines in memory. Root is a platform admin, Bob and Cleo are not.
 * A machine of `docker` gives root on the controller's host; `borrowed` acts with the controller's own
 * rights, as `ec2` with `source: controller` does.
 */
describe('a provider that reaches beyond its machines', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let h: FormationHarness;
  let cloud: MockCloud;
  let [root, bob, cleo] = [] as unknown as [Caller, Caller, Caller];
  const leave = { username: 'bob', type: 'docker' };
  const formation = '/api/formations/bobs';

  beforeEach(async () => {
    api = await ApiHarness.start();
    cloud = new Map();
    const connect = (more: object) => (): MockProvider =>
      Object.assign(new MockProvider({ instance: 'i', cloud }), more);
    const { providers, disabledProviders } = api;
    providers.set('mock', connect({}));
    providers.set('docker', connect({ givesHost: true }));
    providers.set('borrowed', connect({ needsAdmin: true }));
    root = await api.register('root');
    bob = await api.register('bob', root);
    cleo = await api.register('cleo', root);
    h = await FormationHarness.create(api.db);
    Object.assign(h.parts, { providers, disabledProviders });
  });
  afterEach(() => api.close());

  const idOf = async (caller: Caller): Promise<number> =>
    (await h.stores.users.byUsername(caller.username))!.id;

  /** As before there was any leave to give: everybody had a provider and a flavor. */
  async function storeOld(owner: Caller, type = 'docker'): Promise<void> {
    const ownerId = await idOf(owner);
    const provider = await h.stores.providers.insert({ ownerId, name: type, type, creds: {} });
    await h.stores.flavors.insert({ ownerId, providerId: provider.id, name: type, params: {}, init: '' });
  }

  /** A formation of Bob's, with leave, and one machine in its layer `runtime`. */
  async function launchOne(): Promise<void> {
    await storeOld(bob);
    await root.post('/api/allowed-providers', leave).expect(200);
    await bob.post('/api/formations', { id: 'bobs', flavor: 'docker' }).expect(201);
    await ask(bob, 'scale/layers', { runtime: 1 });
    assert.deepEqual(machines(), ['bobs-runtime-1']);
  }

  const machines = (): string[] => [...cloud.values()].map(({ name }) => name).sort();

  /** Asks for an operation of Bob's formation and carries out all that is queued. Resolves to its end. */
  async function ask(caller: Caller, what: string, body: object = {}): Promise<OperationRecord> {
    const { id } = (await caller.post(`${formation}/${what}`, body).expect(202)).body as { id: string };
    await h.drain();
    return (await h.stores.operations.byId(id))!;
  }

  const isRefused = ({ body }: Answer): void =>
    assert.match(
      body.detail,
      /^bob may not launch .*docker.*root on the controller's host.*`deis providers:allow bob docker`/,
    );

  it('is told of to each as far as they may launch with it', async () => {
    const seen = async (caller: Caller): Promise<unknown[]> =>
      (await caller.get('/api/provider-types').expect(200)).body.results.map(
        ({ id, gives_host: isHost, allowed }: Record<string, unknown>) => [id, isHost, allowed],
      );
    const others = ['mock', false, true];
    assert.deepEqual(await seen(root), [['docker', true, true], others]);
    assert.deepEqual(await seen(bob), [['docker', true, false], others]);
    await root.post('/api/allowed-providers', leave).expect(200);
    assert.deepEqual(await seen(bob), [['docker', true, true], others]);
    assert.deepEqual(await seen(cleo), [['docker', true, false], others]);
  });

  it('is seeded for the first user alone, who is an admin', async () => {
    const seeds = async (caller: Caller): Promise<string[]> =>
      (await caller.get('/api/flavors').expect(200)).body.results.map(({ id }: { id: string }) => id);
    assert.deepEqual(await seeds(root), ['docker', 'mock']);
    assert.deepEqual(await seeds(bob), ['mock']);
    await bob.get('/api/providers/docker').expect(404);
    await root.get('/api/providers/docker').expect(200);
  });

  describe('without leave', () => {
    it('is neither made nor given credentials', async () => {
      isRefused(await bob.post('/api/providers', { id: 'docker', type: 'docker' }).expect(403));
      await bob.get('/api/providers/docker').expect(404);
      await storeOld(bob);
      isRefused(await bob.patch('/api/providers/docker', { creds: {} }).expect(403));
    });

    it('has no flavors made, changed or checked, but those that there are can go', async () => {
      await storeOld(bob);
      isRefused(await bob.post('/api/flavors', { id: 'big', provider: 'docker' }).expect(403));
      isRefused(await bob.patch('/api/flavors/docker', { params: { latency: 1 } }).expect(403));
      isRefused(await bob.patch('/api/flavors/mock', { provider: 'docker' }).expect(403));
      isRefused(await bob.post('/api/flavors/docker/check').expect(403));
      await bob.patch('/api/flavors/docker', { provider: 'mock' }).expect(200);
      await bob.delete('/api/providers/docker').expect(204);
    });

    it('gets no layers', async () => {
      await storeOld(bob);
      isRefused(await bob.post('/api/formations', { id: 'bobs', flavor: 'docker' }).expect(403));
      await bob.get(formation).expect(404);
      await bob.post('/api/formations', { id: 'bobs', flavor: 'mock' }).expect(201);
      isRefused(await bob.post(`${formation}/layers`, { id: 'db', flavor: 'docker' }).expect(403));
      isRefused(await bob.patch(`${formation}/layers/runtime`, { flavor: 'docker' }).expect(403));
      const { results } = (await bob.get(`${formation}/layers`).expect(200)).body;
      assert.deepEqual(
        results.map(({ id, flavor }: { id: string; flavor: string }) => `${id} ${flavor}`),
        ['runtime mock', 'proxy mock'],
      );
    });

    it('is as before for an admin, until they are none any more', async () => {
      await root.post('/api/flavors/docker/check').expect(200);
      await root.post('/api/formations', { id: 'roots', flavor: 'docker' }).expect(201);
      await root.post('/api/admins', { username: 'bob' }).expect(200);
      await bob.delete('/api/admins/root').expect(204);
      const { body } = await root.post('/api/formations/roots/scale/layers', { runtime: 1 }).expect(403);
      assert.match(body.detail, /^root may not launch .*`deis providers:allow root docker`/);
    });
  });

  describe('with leave', () => {
    it('is made, checked and launched with', async () => {
      await root.post('/api/allowed-providers', leave).expect(200);
      await bob.post('/api/providers', { id: 'docker', type: 'docker' }).expect(201);
      await bob.post('/api/flavors', { id: 'docker', provider: 'docker' }).expect(201);
      await bob.post('/api/flavors/docker/check').expect(200);
      await bob.post('/api/formations', { id: 'bobs', flavor: 'docker' }).expect(201);
      await ask(bob, 'scale/layers', { runtime: 2 });
      assert.deepEqual(machines(), ['bobs-runtime-1', 'bobs-runtime-2']);
      await cleo.post('/api/providers', { id: 'docker', type: 'docker' }).expect(403);
    });
  });

  describe('whose leave was taken away', () => {
    const takeAway = async (): Promise<void> => {
      const { body } = await root.delete('/api/allowed-providers/bob/docker').expect(200);
      assert.deepEqual(body, { ...leave, nodes: 1 });
    };

    it('launches nothing, whoever asks', async () => {
      await launchOne();
      await takeAway();
      await bob.post(`${formation}/perms`, { username: 'cleo', role: 'admin' }).expect(200);
      for (const caller of [bob, cleo]) {
        isRefused(await caller.post(`${formation}/scale/layers`, { runtime: 2 }).expect(403));
        isRefused(await caller.post(`${formation}/nodes/bobs-runtime-1/replace`).expect(403));
      }
      await h.drain();
      assert.deepEqual(machines(), ['bobs-runtime-1']);
      assert.equal((await bob.get(`${formation}/layers/runtime`).expect(200)).body.count, 1);
    });

    it('launches nothing that was asked for before', async () => {
      await launchOne();
      const { id } = (await bob.post(`${formation}/scale/layers`, { runtime: 3 }).expect(202)).body;
      await takeAway();
      await h.drain();
      const operation = (await h.stores.operations.byId(id))!;
      assert.equal(operation.state, 'failed');
      assert.match(JSON.stringify(operation.error), /providers:allow bob docker/);
      assert.deepEqual(machines(), ['bobs-runtime-1']);
      isRefused(await bob.post(`${formation}/scale/layers`, { runtime: 3 }).expect(403));
      assert.equal((await ask(bob, 'scale/layers', { runtime: 1 })).state, 'succeeded');
    });

    it('still converges, shows, scales down and destroys what there is', async () => {
      await launchOne();
      await takeAway();
      assert.equal((await ask(bob, 'converge')).state, 'succeeded');
      await bob.post(`${formation}/calculate`).expect(200);
      await bob.get('/api/providers/docker/orphans').expect(200);
      await bob.patch(`${formation}/layers/runtime`, { attributes: { a: 1 }, flavor: 'docker' }).expect(200);
      assert.equal((await ask(bob, 'scale/layers', { runtime: 0 })).state, 'succeeded');
      assert.deepEqual(machines(), []);
    });

    it('is destroyed with its formation', async () => {
      await launchOne();
      await takeAway();
      await bob.delete(formation).expect(202);
      await h.drain();
      assert.deepEqual(machines(), []);
      await bob.get(formation).expect(404);
    });

    it('launches nothing for an heir either, be it an admin', async () => {
      await launchOne();
      await takeAway();
      const { id } = (await h.stores.formations.byName('bobs'))!;
      await h.stores.formations.setOwner(id, await idOf(root));
      await h.stores.roles.set(id, await idOf(bob), 'admin');
      for (const caller of [root, bob])
        isRefused(await caller.post(`${formation}/scale/layers`, { runtime: 2 }).expect(403));
      await h.drain();
      assert.deepEqual(machines(), ['bobs-runtime-1']);
    });

    it('launches again when the leave is given again', async () => {
      await launchOne();
      await takeAway();
      await root.post('/api/allowed-providers', leave).expect(200);
      assert.equal((await ask(bob, 'scale/layers', { runtime: 2 })).state, 'succeeded');
      assert.deepEqual(machines(), ['bobs-runtime-1', 'bobs-runtime-2']);
    });
  });

  describe('and has rights of the controller', () => {
    it('is for admins alone, at every use', async () => {
      await storeOld(bob, 'borrowed');
      const answers = [
        await bob.post('/api/providers', { id: 'mine', type: 'borrowed' }).expect(403),
        await bob.post('/api/flavors', { id: 'mine', provider: 'borrowed' }).expect(403),
        await bob.post('/api/flavors/borrowed/check').expect(403),
        await bob.post('/api/formations', { id: 'bobs', flavor: 'borrowed' }).expect(403),
      ];
      for (const { body } of answers)
        assert.match(body.detail, /bob.*controller's own credentials.*`deis perms:create bob --admin`/);
      await root.post('/api/admins', { username: 'bob' }).expect(200);
      await bob.post('/api/formations', { id: 'bobs', flavor: 'borrowed' }).expect(201);
      await ask(bob, 'scale/layers', { runtime: 1 });
      await root.delete('/api/admins/bob').expect(204);
      await bob.post(`${formation}/scale/layers`, { runtime: 2 }).expect(403);
      assert.equal((await ask(bob, 'scale/layers', { runtime: 0 })).state, 'succeeded');
      assert.deepEqual(machines(), []);
    });
  });

  describe('of a type that is not enabled any more', () => {
    it('launches nothing for anybody, and what there is can go', async () => {
      await launchOne();
      api.disabledProviders.set('docker', api.providers.get('docker')!);
      api.providers.delete('docker');
      assert.equal(
        (await root.post('/api/providers', { id: 'second', type: 'docker' }).expect(400)).body.field,
        'type',
      );
      await root.post('/api/flavors/docker/check').expect(409);
      const { body } = await bob.post(`${formation}/scale/layers`, { runtime: 2 }).expect(409);
      assert.match(body.detail, /provider type docker is not enabled.*DEIS_PROVIDERS/);
      assert.equal((await ask(bob, 'converge')).state, 'succeeded');
      await bob.delete(formation).expect(202);
      await h.drain();
      assert.deepEqual(machines(), []);
    });
  });

  describe('is allowed by name', () => {
    it('by admins alone, who see who has leave, and the audit log says it', async () => {
      for (const [method, path] of [
        ['GET', '/api/allowed-providers'],
        ['POST', '/api/allowed-providers'],
        ['DELETE', '/api/allowed-providers/bob/docker'],
      ] as const)
        await bob.send(method, path).expect(403);
      const { body } = await root.post('/api/allowed-providers', leave).expect(200);
      assert.deepEqual({ ...body, created_at: '' }, { ...leave, allowed_by: 'root', created_at: '' });
      assert.deepEqual((await root.post('/api/allowed-providers', leave).expect(200)).body, body);
      assert.deepEqual((await root.get('/api/allowed-providers').expect(200)).body.results, [body]);
      await root.delete('/api/allowed-providers/bob/docker').expect(200);
      await root.delete('/api/allowed-providers/bob/docker').expect(404);
      await root.delete('/api/allowed-providers/nobody/docker').expect(404);
      assert.deepEqual((await root.get('/api/allowed-providers').expect(200)).body.results, []);
      const entries = (await root.get('/api/audit').expect(200)).body.results as {
        action: string;
        target: object;
        outcome: string;
      }[];
      const about = (action: string) => entries.filter((entry) => entry.action === action);
      assert.deepEqual(
        about('POST /allowed-providers').map(({ target, outcome }) => ({ target, outcome }))[0],
        { target: leave, outcome: 'done' },
      );
      assert.deepEqual(about('DELETE /allowed-providers/:username/:type').at(-1)!.target, leave);
    });

    it('to somebody that there is, for a type that needs it', async () => {
      const refused = async (body: object) =>
        (await root.post('/api/allowed-providers', body).expect(400)).body as {
          field: string;
          detail: string;
        };
      assert.equal((await refused({ ...leave, username: 'nobody' })).field, 'username');
      assert.equal((await refused({ ...leave, username: 'x\u0001' })).field, 'username');
      for (const type of ['mock', 'borrowed', 'gce', '']) {
        const { field, detail } = await refused({ ...leave, type });
        assert.equal(field, 'type');
        assert.match(detail, /docker/);
      }
    });

    it('and the leave ends with the account', async () => {
      await root.post('/api/allowed-providers', { ...leave, username: 'cleo' }).expect(200);
      await h.stores.users.delete(await idOf(cleo));
      assert.deepEqual((await root.get('/api/allowed-providers').expect(200)).body.results, []);
    });
  });
});
