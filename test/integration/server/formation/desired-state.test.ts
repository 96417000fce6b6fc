import assert from 'node:assert/strict';
import { Conflict, NotFound, UserError } from '../../../../base/errors.js';
import type { Recipe } from '../../../../cookbooks/recipe.js';
import { platformRecipes } from '../../../../cookbooks/run-list.js';
import { Secret } from '../../../../base/secret.js';
import { generateSshKeyPair } from '../../../../provisioner/ssh/host-key.js';
import { waitUntil } from '../../../../base/wait-until.js';
import { changeConfig } from '../../../../server/formation/releases/change-config.js';
import { convergeFormation } from '../../../../server/formation/converge-formation.js';
import { createFormation } from '../../../../server/formation/create-formation.js';
import { createLayer } from '../../../../server/formation/layers/create-layer.js';
import { destroyFormation } from '../../../../server/formation/destroy-formation.js';
import { destroyLayer } from '../../../../server/formation/layers/destroy-layer.js';
import { rollback } from '../../../../server/formation/releases/rollback.js';
import { scaleContainers } from '../../../../server/formation/deploy/scale/scale-containers.js';
import { updateLayer } from '../../../../server/formation/layers/update-layer.js';
import { FormationHarness } from '../../../support/server/formation-harness.js';
import { startTestWorker } from '../../../support/server/operation-worker.js';

describe('desired state', function () {
  this.timeout(60_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
  });

  afterEach(() => h.close());

  const set = (values: Record<string, string | null>) => changeConfig(h.parts, h.user, h.formation, values);
  const isUserError = (field: string | undefined, why: RegExp) => (error: unknown) =>
    error instanceof UserError && error.field === field && why.test(error.message);
  const flavor = async () => (await h.stores.flavors.byName(h.user.id, 'mock'))!;

  describe('config and releases', () => {
    it('cuts a release of config alone before the first push, which then contains it', async () => {
      const { id } = await set({ A: '1' });
      const operation = await h.end(id);
      assert.deepEqual([operation.state, operation.result?.['state']], ['succeeded', 'pending']);
      await h.scaleLayers({ runtime: 1 });
      await h.push();
      assert.equal(await h.liveVersion(), 2);
      assert.deepEqual(h.nodes.calls.at(-1)!.databag.release!.config, { A: '1' });
      assert.equal((await h.release(1)).state, 'superseded');
    });

    it('does not deploy a build again that has failed, when config changes', async () => {
      await h.scaleLayers({ runtime: 1 });
      await h.push();
      h.nodes.fault = () => (h.steps.at(-1) === 'start' ? 'failed' : undefined);
      await h.push();
      h.nodes.fault = () => undefined;
      await h.end((await set({ A: '1' })).id);
      assert.equal((await h.release(3)).buildId, (await h.release(1)).buildId);
      assert.equal(await h.liveVersion(), 3);
    });

    it('rolls back code and config, and changes of config build on that', async () => {
      await h.scaleLayers({ runtime: 1 });
      await h.end((await set({ A: 'old' })).id);
      await h.push();
      await h.end((await set({ A: 'new', B: '2' })).id);
      await h.push(['web', 'worker']);
      const operation = await h.end((await rollback(h.parts, h.user, h.formation, 2)).id);
      assert.deepEqual([operation.state, operation.params], ['succeeded', { release: 5, rollbackTo: 2 }]);
      const restored = await h.release(5);
      assert.deepEqual(
        [restored.buildId, restored.summary],
        [(await h.release(2)).buildId, 'Roll back to v2'],
      );
      await h.end((await set({ C: '3' })).id);
      assert.deepEqual(h.nodes.calls.at(-1)!.databag.release!.config, { A: 'old', C: '3' });
      assert.deepEqual((await h.end((await rollback(h.parts, h.user, h.formation)).id)).params, {
        release: 7,
        rollbackTo: 5,
      });
    });

    it('refuses a rollback that cannot be before it changes anything', async () => {
      await h.end((await set({ A: '1' })).id);
      for (const version of [undefined, 1])
        await assert.rejects(
          rollback(h.parts, h.user, h.formation, version),
          (error) => error instanceof Conflict && /nothing to roll back|v1/.test(error.message),
        );
      await assert.rejects(
        rollback(h.parts, h.user, h.formation, 9),
        isUserError('release', /no release v9/),
      );
      assert.equal((await h.stores.releases.ofFormation(h.formation.id)).length, 1);
    });

    it('gives concurrent changes distinct ascending versions and loses none', async () => {
      await Promise.all(Array.from({ length: 8 }, (_, n) => set({ [`K${n}`]: 'x' })));
      const releases = await h.stores.releases.ofFormation(h.formation.id);
      assert.deepEqual(
        releases.map(({ version }) => version),
        [8, 7, 6, 5, 4, 3, 2, 1],
      );
      assert.equal(Object.keys((await h.stores.configs.newest(h.formation.id))!.values).length, 8);
    });

    it('cuts one release per build however often it is asked, and scales web to 1 the first time only', async () => {
      const first = await h.queuePush();
      await h.drain();
      assert.deepEqual((await h.snapshot()).formation.scale, { web: 1 });
      await h.scale({ web: 0 });
      await h.push();
      assert.deepEqual((await h.snapshot()).formation.scale, { web: 0 });
      assert.equal((await h.stores.operations.byId(first.id))?.state, 'succeeded');
    });
  });

  describe('scaling containers', () => {
    it('refuses types that the Procfile lacks, naming those it has', async () => {
      await h.push(['web', 'clock']);
      await assert.rejects(
        scaleContainers(h.parts, h.user, h.formation, { worker: 1 }),
        isUserError('worker', /no process type "worker": it has clock, web/),
      );
    });

    it('counts a type out that has left the Procfile, and brings none of it back with the type', async () => {
      await h.scaleLayers({ runtime: 1 });
      await h.push(['web', 'worker']);
      await h.scale({ worker: 2 });
      await h.push(['web']);
      await assert.rejects(
        scaleContainers(h.parts, h.user, h.formation, { worker: 1 }),
        isUserError('worker', /no/),
      );
      await assert.rejects(
        scaleContainers(h.parts, h.user, h.formation, { wroker: 0 }),
        isUserError('wroker', /no/),
      );
      assert.equal((await h.scale({ worker: 0 })).state, 'succeeded');
      await h.push(['web', 'worker']);
      assert.deepEqual(await h.containers(), ['web.1@app-runtime-1 v3 serving']);
    });

    it('takes any type before the first build', async () => {
      const operation = await h.scale({ worker: 2 });
      assert.deepEqual([operation.state, operation.result?.['containers']], ['succeeded', 0]);
      await h.scaleLayers({ runtime: 1 });
      await h.push(['web', 'worker']);
      assert.deepEqual((await h.containers()).length, 3);
    });

    it('refuses more than the nodes take before anything changes, also when a node has gone since', async () => {
      await h.scaleLayers({ runtime: 2 });
      await h.push(['web', 'worker']);
      await assert.rejects(
        scaleContainers(h.parts, h.user, h.formation, { web: 400, worker: 1 }),
        (error) => error instanceof Conflict && /^401 containers do not fit.*runtime=3`$/.test(error.message),
      );
      assert.deepEqual((await h.snapshot()).formation.scale, { web: 1 });
      const queued = await scaleContainers(h.parts, h.user, h.formation, { web: 201 });
      await h.stores.nodes.update((await h.snapshot()).nodes.find(({ num }) => num === 2)!.id, {
        scheduling: 'cordoned',
      });
      await h.drain();
      const ended = await h.stores.operations.byId(queued.id);
      assert.equal(ended?.state, 'failed');
      assert.match(ended?.error?.message ?? '', /201 containers do not fit, nothing was started/);
      assert.deepEqual((await h.snapshot()).formation.scale, { web: 1 });
      assert.equal((await h.containers()).length, 1);
    });

    const wrong: Record<string, number>[] = [{ web: -1 }, { web: 0.5 }, { web: 1001 }, { 'a b': 1 }, {}];
    for (const counts of wrong) {
      it(`refuses ${JSON.stringify(counts)}`, () =>
        assert.rejects(scaleContainers(h.parts, h.user, h.formation, counts), UserError));
    }

    it('scales down in the proxies before anything stops', async () => {
      await h.scaleLayers({ runtime: 2, proxy: 1 });
      await h.push();
      await h.scale({ web: 4 });
      const from = h.nodes.calls.length;
      await h.scale({ web: 1 });
      const kinds = h.nodes.calls
        .slice(from)
        .map(({ node, databag }) => `${node} ${databag.proxy.backends.length}/${databag.placements.length}`);
      assert.deepEqual(kinds, ['app-proxy-1 1/4', 'app-runtime-1 1/1', 'app-runtime-2 1/1']);
      assert.deepEqual(await h.containers(), ['web.1@app-runtime-1 v1 serving']);
    });
  });

  it('cuts no release for a change that changes nothing, and touches no node, unless the last one failed', async () => {
    await h.scaleLayers({ runtime: 1 });
    await h.push();
    assert.deepEqual((await h.end((await set({ A: '1' })).id)).result, {
      release: 2,
      state: 'live',
      containers: 1,
    });
    await h.drain();
    const before = [h.nodes.running(), h.nodes.calls.length] as const;
    for (const changes of [{ A: '1' }, { NEVER_SET: null }] as Record<string, string | null>[])
      assert.deepEqual((await h.end((await set(changes)).id)).result, {
        release: 2,
        state: 'live',
        containers: 1,
        unchanged: true,
      });
    assert.equal((await h.stores.releases.ofFormation(h.formation.id)).length, 2);
    assert.deepEqual([h.nodes.running(), h.nodes.calls.length], before);
    h.nodes.fault = () => 'failed';
    assert.equal((await h.end((await set({ A: '2' })).id)).state, 'failed');
    h.nodes.fault = () => undefined;
    assert.deepEqual((await h.end((await set({ A: '2' })).id)).result, {
      release: 4,
      state: 'live',
      containers: 1,
    });
  });

  for (const concurrency of [8, 1])
    it(`keeps counts exact and releases rising through 50 mixed calls at once, ${concurrency} at work`, async () => {
      await h.scaleLayers({ runtime: 2, proxy: 1 });
      await h.push(['web', 'worker']);
      await h.push(['web', 'worker']);
      const { stop } = await startTestWorker(h.database.url, h.handlers, { concurrency });
      try {
        const calls = Array.from({ length: 50 }, (_, n) => async (): Promise<unknown> => {
          if (n % 5 === 0) return h.queuePush(['web', 'worker']);
          if (n % 5 === 1) return scaleContainers(h.parts, h.user, h.formation, { web: (n % 4) + 1 });
          if (n % 5 === 2) return scaleContainers(h.parts, h.user, h.formation, { worker: n % 3 });
          if (n % 10 === 3) return rollback(h.parts, h.user, h.formation);
          return set({ [`K${n % 7}`]: String(n) });
        });
        await Promise.all(calls.map((call) => call()));
        await waitUntil(
          async () => ((await h.stores.operations.unfinished()).length === 0 ? true : undefined),
          { deadlineMs: 45_000, intervalMs: 100, what: 'all operations to end' },
        );
      } finally {
        await stop();
      }
      const { formation, containers, releases } = await h.snapshot();
      const live = releases.find(({ id }) => id === formation.liveReleaseId)!;
      const all = await h.stores.releases.ofFormation(h.formation.id);
      const states = (await h.stores.operations.ofFormation(h.formation.id)).filter(
        ({ state }) => state !== 'succeeded' && state !== 'superseded',
      );
      assert.deepEqual(
        states.map(({ kind, error }) => [kind, error]),
        [],
      );
      assert.deepEqual(
        all.map(({ version }) => version),
        Array.from({ length: all.length }, (_, n) => all.length - n),
      );
      assert.equal(live.version, all[0]!.version);
      assert.deepEqual(
        containers.map(({ type, num, state, releaseId }) => `${type}.${num} ${state} ${releaseId}`).sort(),
        ['web', 'worker'].flatMap((type) =>
          Array.from({ length: formation.scale[type] ?? 0 }, (_, n) => `${type}.${n + 1} serving ${live.id}`),
        ),
      );
      assert.equal(h.nodes.running().length, containers.length);
      assert.equal(h.nodes.machine('app-proxy-1').backends.length, formation.scale['web']);
      assert.deepEqual(live.config, (await h.stores.configs.present(h.formation.id))!.values);
    });

  describe('layers', () => {
    const runtime = async () => (await h.stores.layers.byName(h.formation.id, 'runtime'))!;
    const flavor = async () => (await h.stores.flavors.byName(h.user.id, 'mock'))!;

    it('take a key pair that is brought, derive its public key, and refuse what is none', async () => {
      const pair = generateSshKeyPair();
      const layer = await createLayer(h.parts, h.user, h.formation, {
        name: 'db',
        flavor: await flavor(),
        sshPrivateKey: pair.privateKey,
      });
      assert.deepEqual(
        [layer.sshPublicKey, layer.sshPrivateKey.reveal()],
        [pair.publicKey, pair.privateKey.reveal()],
      );
      const refused = async (
        keys: { sshPrivateKey?: Secret; sshPublicKey?: string },
        field: string,
      ): Promise<void> =>
        assert.rejects(
          createLayer(h.parts, h.user, h.formation, { name: 'other', flavor: await flavor(), ...keys }),
          (error) => error instanceof UserError && error.field === field && !/hunter2/.test(error.message),
        );
      await refused({ sshPrivateKey: new Secret('hunter2') }, 'ssh_private_key');
      await refused({ sshPublicKey: pair.publicKey }, 'ssh_private_key');
      await refused(
        { sshPrivateKey: pair.privateKey, sshPublicKey: generateSshKeyPair().publicKey },
        'ssh_public_key',
      );
    });

    it('are changed for their nodes to follow, under a new generation', async () => {
      const before = (await h.snapshot()).formation.generation;
      const changed = await updateLayer(h.parts, h.user, h.formation, await runtime(), {
        level: 15,
        attributes: { a: 1 },
      });
      assert.deepEqual(
        [changed.level, changed.attributes, changed.runList],
        [15, { a: 1 }, (await runtime()).runList],
      );
      assert.equal((await h.snapshot()).formation.generation, before + 1);
      const seen: unknown[] = [];
      const late = updateLayer(h.parts, h.user, h.formation, changed, { level: 16 }, (present, name) => {
        seen.push(present.level, name);
        throw new Conflict('too late');
      });
      await assert.rejects(late, Conflict);
      assert.deepEqual([...seen, (await runtime()).level], [15, { name: 'mock', owner: 'ada' }, 15]);
      await assert.rejects(
        updateLayer(h.parts, h.user, h.formation, changed, { runList: ['recipe[no::such]'] }),
        UserError,
      );
      await assert.rejects(updateLayer(h.parts, h.user, h.formation, changed, { runList: [] }), UserError);
    });

    it('keep their provider while they have nodes', async () => {
      const provider = await h.stores.providers.insert({
        ownerId: h.user.id,
        name: 'other',
        type: 'mock',
        creds: {},
      });
      const other = await h.stores.flavors.insert({
        ownerId: h.user.id,
        providerId: provider.id,
        name: 'other',
        params: {},
        init: '',
      });
      await h.scaleLayers({ runtime: 1 });
      await assert.rejects(
        updateLayer(h.parts, h.user, h.formation, await runtime(), { flavor: other }),
        (error) => error instanceof Conflict && /layers:scale runtime=0/.test(error.message),
      );
      await h.scaleLayers({ runtime: 0 });
      assert.equal(
        (await updateLayer(h.parts, h.user, h.formation, await runtime(), { flavor: other })).flavorId,
        other.id,
      );
    });
  });

  describe('converge', () => {
    const converge = async () => h.end((await convergeFormation(h.parts, h.user, h.formation)).id);

    it('converges runtime nodes before proxies, under the generation that is, and tells what changed', async () => {
      await h.scaleLayers({ runtime: 2, proxy: 1 });
      const from = h.nodes.calls.length;
      const { generation } = (await h.snapshot()).formation;
      const operation = await converge();
      assert.deepEqual(operation.result, {
        nodes: ['app-runtime-1', 'app-runtime-2', 'app-proxy-1'].map((node) => ({
          node,
          changed: 0,
          failed: 0,
          resources: 0,
        })),
      });
      assert.deepEqual(
        h.nodes.calls.slice(from).map(({ node, databag }) => `${node} ${databag.generation}`),
        [`app-runtime-1 ${generation}`, `app-runtime-2 ${generation}`, `app-proxy-1 ${generation}`],
      );
    });

    it('leaves proxies alone when a runtime node failed, and names it', async () => {
      await h.scaleLayers({ runtime: 2, proxy: 1 });
      h.nodes.fault = ({ node }) => (node === 'app-runtime-2' ? 'failed' : undefined);
      const from = h.nodes.calls.length;
      const operation = await converge();
      assert.deepEqual([operation.state, operation.error?.node], ['failed', 'app-runtime-2']);
      assert.ok(!h.nodes.calls.slice(from).some(({ node }) => node === 'app-proxy-1'));
    });

    it("touches no node when a recipe of the operator's throws for one, and says so of that node", async () => {
      let recipe: Recipe = () => [];
      Object.assign(h.parts, {
        recipesOf: () =>
          Promise.resolve(
            new Map([
              ...platformRecipes,
              ['recipe[mydb::server]', (...args: Parameters<Recipe>) => recipe(...args)],
            ]),
          ),
      });
      await createLayer(h.parts, h.user, h.formation, {
        name: 'db',
        flavor: await flavor(),
        runList: ['recipe[mydb::server]'],
      });
      await h.scaleLayers({ runtime: 1, proxy: 1, db: 1 });
      assert.equal((await converge()).state, 'succeeded');
      recipe = (node, databag) => assert.fail(`${node.name} among ${Object.keys(databag.nodes).join()}`);
      const from = h.nodes.calls.length;
      const operation = await converge();
      assert.deepEqual([operation.state, operation.error?.node], ['failed', 'app-db-1']);
      assert.match(operation.error?.message ?? '', /app-db-1 among db,proxy,runtime/);
      assert.deepEqual(h.nodes.calls.slice(from), []);
      const { nodes } = await h.snapshot();
      assert.match(nodes.find(({ name }) => name === 'app-db-1')?.lastError ?? '', /app-db-1 among/);
      assert.equal(nodes.find(({ name }) => name === 'app-runtime-1')?.lastError, null);
    });

    it('fails when a node cannot be reached, yet converges the others, and takes it back later', async () => {
      await h.scaleLayers({ runtime: 2, proxy: 1 });
      await h.push();
      h.nodes.down.add('app-runtime-1');
      const operation = await converge();
      assert.match(operation.error!.message, /cannot be reached: app-runtime-1/);
      assert.deepEqual(h.nodes.machine('app-proxy-1').backends, []);
      h.nodes.down.clear();
      assert.equal((await converge()).state, 'succeeded');
      assert.equal(h.nodes.machine('app-proxy-1').backends.length, 1);
    });
  });

  describe('destroy', () => {
    const destroy = () => destroyFormation(h.parts, h.user, h.formation);

    async function isGone(): Promise<void> {
      assert.equal(await h.stores.formations.byId(h.formation.id), undefined);
      assert.deepEqual([h.cloud.size, h.removedFiles.at(-1)], [0, 'app']);
    }

    it('leaves nothing, machines that no row knows included', async () => {
      await h.scaleLayers({ runtime: 2, proxy: 1 });
      await h.push();
      h.cloud.set('orphan', {
        instance: 'i',
        uuid: 'orphan',
        formation: 'app',
        name: 'app-runtime-9',
        cloudId: 'mock-orphan',
        address: '198.18.0.99',
        state: 'running',
      });
      h.cloud.set('other', {
        instance: 'i',
        uuid: 'other',
        formation: 'other',
        name: 'other-runtime-1',
        cloudId: 'mock-other',
        address: '198.18.0.98',
        state: 'running',
      });
      const operation = await h.end((await destroy()).id);
      assert.equal(operation.state, 'succeeded', JSON.stringify(operation.error));
      assert.deepEqual([...h.cloud.keys()], ['other']);
      h.cloud.clear();
      await isGone();
    });

    it('does not say that it is done while a machine of the formation runs on', async () => {
      await h.scaleLayers({ runtime: 1, proxy: 1 });
      const [survivor] = h.cloud.values();
      h.cloudFault = (call) => {
        if (call === 'list') h.cloud.set(survivor!.uuid, survivor!);
      };
      const operation = await h.end((await destroy()).id);
      assert.equal(operation.state, 'failed');
      assert.match(JSON.stringify(operation.error), /still there after they were ended.*mock-/);
      assert.notEqual(await h.stores.formations.byId(h.formation.id), undefined);
      h.cloudFault = () => undefined;
      assert.equal((await h.end((await destroy()).id)).state, 'succeeded');
      await isGone();
    }).timeout(40_000);

    for (const step of ['terminate', 'clean']) {
      for (const at of ['start', 'end'] as const) {
        it(`finishes after the controller was killed at the ${at} of ${step}`, async () => {
          await h.scaleLayers({ runtime: 1, proxy: 1 });
          assert.equal((await h.end((await destroy()).id, { kill: { step, at } })).state, 'succeeded');
          await isGone();
        });
      }
    }

    it('goes on where it failed, when asked again', async () => {
      await h.scaleLayers({ runtime: 2 });
      h.cloudFault = (call, name) => {
        if (call === 'terminate' && name === 'app-runtime-2') throw new Error('the cloud is away');
      };
      const failed = await h.end((await destroy()).id);
      assert.match(failed.error!.message, /app-runtime-2: the cloud is away/);
      assert.deepEqual(
        (await h.snapshot()).nodes.map(({ name }) => name),
        ['app-runtime-2'],
      );
      h.cloudFault = () => undefined;
      assert.equal((await h.end((await destroy()).id)).state, 'succeeded');
      await isGone();
    });

    it('cancels what waits, gives the same operation when asked twice, and refuses anything new', async () => {
      const waiting = await set({ A: '1' });
      const [one, two] = [await destroy(), await destroy()];
      assert.equal(one.id, two.id);
      assert.equal((await h.stores.operations.byId(waiting.id))!.state, 'cancelled');
      await assert.rejects(set({ A: '2' }), Conflict);
      await assert.rejects(h.queuePush(), Conflict);
      await h.drain();
      await assert.rejects(set({ A: '2' }), NotFound);
    });
  });

  describe('formations and layers', () => {
    it('names a formation by two words, again when they are taken', async () => {
      const numbers = [0, 0, 0, 0, 0.99, 0.99];
      const parts = { ...h.parts, random: () => numbers.shift()! };
      const [one, two] = [await createFormation(parts, h.user, {}), await createFormation(parts, h.user, {})];
      assert.match(one.name, /^[a-z]+-[a-z]+$/);
      assert.notEqual(one.name, two.name);
    });

    it('refuses a taken name and one that cannot be', async () => {
      await assert.rejects(createFormation(h.parts, h.user, { name: 'app' }), Conflict);
      for (const name of ['App', '1app', 'app-', 'a_b', '', 'a'.repeat(41)])
        await assert.rejects(createFormation(h.parts, h.user, { name }), isUserError('id', /cannot be/));
    });

    it('gives layers defaults by name, and a key pair each', async () => {
      const layers = await h.stores.layers.ofFormation(h.formation.id);
      assert.deepEqual(
        layers.map(({ name, kind, level, runList, sshUsername }) => [
          name,
          kind,
          level,
          runList.at(-1),
          sshUsername,
        ]),
        [
          ['runtime', 'runtime', 10, 'recipe[deis::runtime]', 'deis'],
          ['proxy', 'proxy', 20, 'recipe[deis::proxy]', 'deis'],
        ],
      );
      assert.notEqual(layers[0]!.sshPublicKey, layers[1]!.sshPublicKey);
      assert.match(layers[0]!.sshPrivateKey.reveal(), /BEGIN OPENSSH PRIVATE KEY/);
    });

    it('refuses unknown recipes, names that cannot be, and names that are taken', async () => {
      const request = { name: 'db', flavor: await flavor() };
      await assert.rejects(
        createLayer(h.parts, h.user, h.formation, { ...request, runList: ['recipe[evil]'] }),
        isUserError('run_list', /unknown recipe recipe\[evil::default\].*DEIS_COOKBOOK_PATH/),
      );
      await assert.rejects(
        createLayer(h.parts, h.user, h.formation, { ...request, name: 'DB' }),
        isUserError('id', /cannot be/),
      );
      await assert.rejects(
        createLayer(h.parts, h.user, h.formation, { ...request, name: 'proxy' }),
        Conflict,
      );
    });

    it('destroys a layer without nodes, and no other', async () => {
      const custom = await createLayer(h.parts, h.user, h.formation, { name: 'db', flavor: await flavor() });
      await h.scaleLayers({ db: 1 });
      await assert.rejects(destroyLayer(h.parts, h.formation, custom), Conflict);
      await h.scaleLayers({ db: 0 });
      await destroyLayer(h.parts, h.formation, custom);
      assert.equal(await h.stores.layers.byId(custom.id), undefined);
    });
  });
});
