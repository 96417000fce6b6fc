import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../../base/errors.js';
import { Secret } from '../../../../base/secret.js';
import { freePort } from '../../../../server/free-port.js';
import { askRegistry } from '../../../../server/registry/ask-registry.js';
import { collectOperatorImages } from '../../../../server/registry/collect-operator-images.js';
import { readImageLayout } from '../../../../server/registry/image-layout.js';
import { OperatorRegistry } from '../../../../server/registry/operator-registry.js';
import { writeSmallImage, type SmallImage } from '../../../support/apps/small-image.js';
import { sweep } from '../../../support/nodes/docker-machine.js';
import { newInstance } from '../../../support/nodes/docker-node.js';
import { HtpasswdRegistry } from '../../../support/server/htpasswd-registry.js';

const never = new AbortController().signal;
const silent = (): void => undefined;

describe("the operator's registry", function () {
  this.timeout(60_000);
  const instance = newInstance();
  const folder = mkdtempSync(join(tmpdir(), 'deis-operator-registry-'));
  const passwords = { builder: `b-${randomBytes(12).toString('hex')}`, node: 'p:w "$x"' };
  const login = new Secret(`builder:${passwords.builder}`);
  const shared = randomBytes(1000);
  const running: HtpasswdRegistry[] = [];
  let deletes: HtpasswdRegistry;
  let keeps: HtpasswdRegistry;

  before(async function () {
    this.timeout(600_000);
    deletes = await HtpasswdRegistry.start({ instance, users: passwords });
    keeps = await HtpasswdRegistry.start({ instance, users: passwords, deletes: false });
    running.push(deletes, keeps);
  });

  after(async () => {
    for (const each of running) await each.stop();
    await sweep(instance);
    rmSync(folder, { recursive: true, force: true });
  });

  const registryOf = (
    { address }: HtpasswdRegistry,
    options: Partial<ConstructorParameters<typeof OperatorRegistry>[0]> = {},
  ): OperatorRegistry =>
    new OperatorRegistry({
      stores: { withLock: (_name, work) => work() },
      registry: address,
      path: 'team/deis',
      instance,
      login,
      pullLogin: undefined,
      now: () => new Date(),
      ...options,
    });
  const publish = async (registry: OperatorRegistry, formation: string, image: SmallImage) =>
    registry.publish(
      formation,
      { folder: image.place, layout: await readImageLayout(image.place) },
      silent,
      never,
    );
  const image = (): SmallImage => writeSmallImage(folder, [shared, randomBytes(1000)]);
  const status = async ({ address }: HtpasswdRegistry, path: string): Promise<number> =>
    (await askRegistry(address, { method: 'GET', path, login })).status;
  const collect = (
    registry: OperatorRegistry,
    images: Readonly<Record<string, readonly string[]>>,
    pushing: readonly string[] = [],
  ) =>
    collectOperatorImages(
      {
        registry,
        needed: () =>
          Promise.resolve({
            formations: new Set(Object.keys(images)),
            images: new Map(Object.entries(images).map(([name, ids]) => [name, new Set(ids)])),
          }),
        pushing: () => Promise.resolve(new Set(pushing)),
      },
      never,
    );

  it('takes an image below its path, a repository for each formation, and sends nothing twice', async () => {
    const registry = registryOf(deletes);
    const first = image();
    assert.equal((await publish(registry, 'shop', first)).sent, 3);
    assert.equal((await publish(registry, 'shop', first)).sent, 0);
    assert.equal((await publish(registry, 'shop', image())).sent, 2);
    const tag = first.id.replace('sha256:', '');
    assert.equal(await status(deletes, `team/deis/${instance}-shop/manifests/${tag}`), 200);
    assert.ok((await registry.images('shop', never)).includes(first.id));
    const here = registryOf(deletes, { path: '' });
    await publish(here, 'shop', image());
    assert.equal(await status(deletes, `${instance}-shop/tags/list`), 200);
    assert.deepEqual(await here.formations(never), ['shop']);
  });

  it('says which login is wrong or missing, and never shows one', async () => {
    const wrong = registryOf(deletes, { login: new Secret('builder:sentinel-password') });
    for (const work of [
      () => publish(wrong, 'shop', image()),
      () => wrong.images('shop', never),
      () => wrong.check(never),
    ])
      await assert.rejects(
        work,
        (error: Error) =>
          /the registry .*answer(s|ed) 401/.test(error.message) && !/sentinel/.test(String(error.stack)),
      );
    await registryOf(deletes).check(never);
    await assert.rejects(
      publish(registryOf(deletes, { login: undefined }), 'shop', image()),
      (error) => error instanceof UserError && /set DEIS_REGISTRY_USERNAME/.test(error.message),
    );
    const stranger = registryOf(deletes, {
      registry: { ...deletes.address, authority: keeps.address.authority },
    });
    await assert.rejects(publish(stranger, 'shop', image()), /certificate/);
    const nobody = registryOf(deletes, {
      registry: { ...deletes.address, port: await freePort('127.0.0.1', 0) },
    });
    await assert.rejects(
      publish(nobody, 'shop', image()),
      /^Error: the registry 127\.0\.0\.1:\d+ did not take the image: .*ECONNREFUSED/,
    );
  });

  it('tells nodes its place, its authority and the login that pulls', async () => {
    const pullLogin = new Secret(`node:${passwords.node}`);
    const told = await registryOf(deletes, { pullLogin }).forNode('shop-runtime-1', 'shop');
    assert.deepEqual(told, {
      address: `127.0.0.1:${deletes.address.port}`,
      repository: `team/deis/${instance}-shop`,
      authority: deletes.address.authority,
      login: pullLogin,
    });
    assert.ok(!JSON.stringify(told).includes(passwords.node));
    assert.equal((await registryOf(deletes).forNode('n', 'shop')).login, login);
  });

  it('loses what no kept build names, of formations that are gone, too, and nothing that others have', async () => {
    const registry = registryOf(deletes, { path: 'collected' });
    const strangers = registryOf(deletes, { path: 'collected', instance: `${instance}x` });
    const [kept, old, gone, pushed, foreign] = [image(), image(), image(), image(), image()];
    await publish(registry, 'one', kept);
    await publish(registry, 'one', old);
    await publish(registry, 'destroyed', gone);
    await publish(registry, 'busy', pushed);
    await publish(strangers, 'one', foreign);
    const collected = await collect(registry, { one: [kept.id], busy: [] }, ['busy']);
    assert.deepEqual([[...collected.gone].sort(), collected.refused], [[old.id, gone.id].sort(), false]);
    assert.deepEqual(await registry.images('one', never), [kept.id]);
    assert.deepEqual(await registry.images('destroyed', never), []);
    assert.deepEqual(await registry.images('busy', never), [pushed.id]);
    assert.deepEqual(await strangers.images('one', never), [foreign.id]);
    assert.equal((await publish(registry, 'one', old)).sent, 0);
    assert.equal((await registry.images('one', never)).length, 2);
  });

  it('keeps all where it lets nothing be removed, and says so', async () => {
    const registry = registryOf(keeps);
    const old = image();
    await publish(registry, 'one', old);
    assert.deepEqual(await collect(registry, { one: [] }), { gone: [], refused: true });
    assert.deepEqual(await registry.images('one', never), [old.id]);
  });

  it('writes no password into its log', async () => {
    for (const each of running) {
      const log = await each.log();
      for (const password of Object.values(passwords)) assert.ok(!log.includes(password));
    }
  });
});
