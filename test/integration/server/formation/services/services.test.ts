import assert from 'node:assert/strict';
import { Conflict, NotFound } from '../../../../../base/errors.js';
import type { PortOpening } from '../../../../../provisioner/provider.js';
import { MockProvider } from '../../../../../provisioner/providers/mock/mock-provider.js';
import { createFormation } from '../../../../../server/formation/create-formation.js';
import { destroyFormation } from '../../../../../server/formation/destroy-formation.js';
import { changeProxySettings } from '../../../../../server/formation/proxies/proxy-settings.js';
import { changeConfig } from '../../../../../server/formation/releases/change-config.js';
import { attachService } from '../../../../../server/formation/services/attach-service.js';
import { detachService } from '../../../../../server/formation/services/detach-service.js';
import { followServices } from '../../../../../server/formation/services/follow-services.js';
import { scaleLayers } from '../../../../../server/formation/layers/scale-layers.js';
import type { FormationRecord } from '../../../../../server/store/app/formation-store.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('a formation that is attached to another', function () {
  this.timeout(60_000);
  let h: FormationHarness;
  /** The service: nodes of its own, mode tcp. */
  let db: FormationRecord;
  const opened = new Map<number, string>();
  const template = 'postgres://shop:s3cret@{host}:{port}/shop';

  beforeEach(async () => {
    opened.clear();
    h = await FormationHarness.create();
    const flavor = await h.stores.flavors.byName(h.user.id, 'mock');
    db = await createFormation(h.parts, h.user, { name: 'db', flavor });
    await h.end((await scaleLayers(h.parts, h.user, db, { runtime: 1, proxy: 2 })).id);
    await changeProxySettings(h.parts, h.user, db, { mode: 'tcp', tcpPort: 5432 });
    await h.end((await h.queuePush(['web'], null, db)).id);
    await h.scaleLayers({ runtime: 1 });
    await h.push();
  });
  afterEach(() => h.close());

  const follow = () => followServices(h.parts, opened, new AbortController().signal);
  /** Another worker has had the proxies let in who is to be, while this one waits for that. */
  const letIn = async (step: string): Promise<void> => {
    if (step !== 'services') return;
    await follow();
    const waiting = { formation_id: db.id, kind: 'configure-proxies', state: 'queued' };
    await h.database.database('operations').where(waiting).update({ state: 'succeeded' });
  };
  const attach = () =>
    attachService(h.parts, h.user, h.formation, db, { variable: 'DATABASE_URL', template });
  const attached = async (): Promise<void> => {
    await h.end((await attach()).id, { onStep: letIn });
  };
  /** As the controller does: looks, and carries out what follows from that. */
  const settle = async (): Promise<void> => {
    await follow();
    await h.drain();
  };
  const config = async (): Promise<string | undefined> =>
    (await h.stores.configs.present(h.formation.id))?.values['DATABASE_URL'];
  const addressesOf = async (formation: FormationRecord, layer: string): Promise<string[]> =>
    (await h.stores.nodes.ofFormation(formation.id))
      .filter(({ name }) => name.startsWith(`${formation.name}-${layer}`))
      .map(({ address }) => address ?? '');
  const told = async (): Promise<readonly string[]> => (await h.stores.tcpPorts.ofFormation(db.id))!.clients;
  const onProxies = () =>
    h.nodes.calls.filter(({ node }) => node.startsWith('db-proxy')).at(-1)!.databag.proxy.clients ?? [];
  const refused = (what: Promise<unknown>, words: RegExp) =>
    assert.rejects(what, (error) => error instanceof Conflict && words.test(error.message));

  it('has its address in a release of its own, and its nodes are let in before that starts', async () => {
    const order: string[] = [];
    const { id } = await attach();
    await h.end(id, {
      onStep: async (name) => {
        order.push(name);
        await letIn(name);
      },
    });
    const [proxy] = await addressesOf(db, 'proxy');
    assert.equal(await config(), `postgres://shop:s3cret@${proxy}:5432/shop`);
    const { summary, state } = await h.release(2);
    assert.deepEqual([summary, state], ['Attach db as DATABASE_URL', 'live']);
    assert.ok(order.indexOf('services') < order.indexOf('start'), order.join(' '));
    const [runtime] = await addressesOf(h.formation, 'runtime');
    assert.ok((await told()).includes(runtime!));
    const operations = await h.stores.operations.ofFormation(db.id);
    assert.ok(
      operations.some(({ systemActor, kind }) => systemActor === 'services' && kind === 'configure-proxies'),
    );
    assert.ok(!JSON.stringify([operations, h.lines]).includes('s3cret'));
  });

  it('has the port opened as its nodes come and go, and closed when it is detached', async () => {
    await attached();
    await h.scaleLayers({ runtime: 2 }, { onStep: letIn });
    const both = await addressesOf(h.formation, 'runtime');
    assert.equal(both.length, 2);
    const open = await told();
    assert.ok(both.every((each) => open.includes(each)));
    await h.scaleLayers({ runtime: 1 }, { onStep: letIn });
    await settle();
    assert.ok(!(await told()).includes(both[1]!));
    assert.deepEqual(onProxies(), await told());
    const before = h.nodes.calls.length;
    await settle();
    assert.equal(h.nodes.calls.length, before, 'what is as it should be is left alone');
    const { id } = await detachService(h.parts, h.user, h.formation, 'DATABASE_URL');
    await follow();
    assert.ok((await told()).includes(both[0]!), 'the release that runs still has it');
    await h.end(id);
    await settle();
    assert.deepEqual([await told(), onProxies()], [[], []]);
    assert.deepEqual([await config(), await h.stores.services.all()], [undefined, []]);
    await assert.rejects(detachService(h.parts, h.user, h.formation, 'DATABASE_URL'), NotFound);
  });

  it('gets another address when the proxy that it has goes, but not over what somebody wrote', async () => {
    await attached();
    const [first, second] = await addressesOf(db, 'proxy');
    const proxy = (await h.stores.nodes.ofFormation(db.id)).find(({ address }) => address === first);
    await h.stores.nodes.update(proxy!.id, { status: 'lost' });
    await settle();
    assert.equal(await config(), `postgres://shop:s3cret@${second}:5432/shop`);
    assert.equal((await h.release(3)).summary, 'Follow db to its new address by DATABASE_URL');
    assert.equal(await h.liveVersion(), 3);
    await h.end((await changeConfig(h.parts, h.user, h.formation, { DATABASE_URL: 'by hand' })).id);
    await h.stores.nodes.update(proxy!.id, { status: 'ready' });
    await changeProxySettings(h.parts, h.user, db, { tcpPort: 6432 });
    await settle();
    assert.deepEqual([await config(), await h.liveVersion()], ['by hand', 4]);
    assert.match((await h.stores.services.all())[0]!.address, /:6432$/);
  });

  it('keeps its service: that is not destroyed, and takes no requests, while somebody needs it', async () => {
    await attached();
    await refused(
      destroyFormation(h.parts, h.user, db),
      /app is attached to db: `deis services:detach DATABASE_URL -f app` first/,
    );
    await refused(changeProxySettings(h.parts, h.user, db, { mode: 'http' }), /app is attached to db/);
    await refused(attach(), /DATABASE_URL is set already/);
    await h.end((await destroyFormation(h.parts, h.user, h.formation)).id);
    await settle();
    assert.deepEqual(await told(), []);
    assert.equal((await h.end((await destroyFormation(h.parts, h.user, db)).id)).state, 'succeeded');
  });

  it('is attached to what takes connections and has a proxy, and to nothing else', async () => {
    const bare = await createFormation(h.parts, h.user, { name: 'bare' });
    const to = (formation: FormationRecord) => attachService(h.parts, h.user, h.formation, formation, {});
    await refused(to(bare), /bare takes requests of HTTP.*proxy:set mode=tcp -f bare/);
    await changeProxySettings(h.parts, h.user, bare, { mode: 'tcp' });
    await refused(to(bare), /bare has no proxy that is ready/);
    await assert.rejects(to(h.formation), /cannot be attached to itself/);
    assert.deepEqual(await h.stores.services.all(), []);
    assert.equal(await config(), undefined);
  });

  it('has fifty services at most', async () => {
    const row = { consumerId: h.formation.id, providerId: db.id, address: '192.0.2.1:5432' };
    for (let n = 0; n < 50; n += 1) await h.stores.services.put({ ...row, variable: `V${n}` });
    await refused(attach(), /app is attached to 50 services/);
  });

  it('is forgotten when its deploy fails', async () => {
    const { id } = await attach();
    await h.end(id, { failAfter: 'start', onStep: letIn });
    assert.equal((await h.stores.operations.byId(id))?.state, 'failed');
    await settle();
    assert.deepEqual([await config(), await h.stores.services.all(), await told()], [undefined, [], []]);
  });

  it('has the cloud let its nodes in before the proxies are asked to', async () => {
    const asked: (readonly PortOpening[])[] = [];
    const openPorts = (_layer: unknown, wanted: { readonly openings: readonly PortOpening[] }) => {
      asked.push(wanted.openings);
      return Promise.resolve();
    };
    const mock = () => Object.assign(new MockProvider({ instance: 'i', cloud: h.cloud }), { openPorts });
    const parts = { ...h.parts, providers: new Map([['mock', mock]]) };
    const look = () => followServices(parts, opened, new AbortController().signal);
    await look();
    assert.equal(JSON.stringify(asked), '[[{"port":5432,"from":[]}]]');
    await attach();
    await look();
    await look();
    const [runtime] = await addressesOf(h.formation, 'runtime');
    assert.equal(asked.length, 2);
    assert.ok(asked[1]![0]!.from.includes(runtime!));
  });
});
