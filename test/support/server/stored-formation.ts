import { randomUUID } from 'node:crypto';
import { Secret } from '../../../base/secret.js';
import type { FormationRecord } from '../../../server/store/app/formation-store.js';
import type { LayerRecord } from '../../../server/store/infrastructure/layer-store.js';
import type { NodeRecord } from '../../../server/store/infrastructure/node-store.js';
import type { Stores } from '../../../server/store/stores.js';
import type { UserRecord } from '../../../server/store/people/user-store.js';

export interface StoredFormation {
  readonly user: UserRecord;
  readonly formation: FormationRecord;
}

/** A user with provider `mock` and flavor `small`, and a formation without layers. */
export async function storeFormation(stores: Stores, name: string): Promise<StoredFormation> {
  const user = await stores.users.insert({
    username: `owner-of-${name}`,
    email: 'owner@example.com',
    passwordHash: 'x',
    isAdmin: false,
  });
  const provider = await stores.providers.insert({ ownerId: user.id, name: 'mock', type: 'mock', creds: {} });
  await stores.flavors.insert({
    ownerId: user.id,
    providerId: provider.id,
    name: 'small',
    params: {},
    init: '',
  });
  return { user, formation: await stores.formations.insert({ ownerId: user.id, name }) };
}

export async function storeLayer(
  stores: Stores,
  { user, formation }: StoredFormation,
  name = 'runtime',
  level = 10,
): Promise<LayerRecord> {
  const flavor = await stores.flavors.byName(user.id, 'small');
  const kind = name === 'runtime' || name === 'proxy' ? name : 'custom';
  const ssh = {
    sshUsername: 'deis',
    sshPort: 22,
    sshPublicKey: 'ssh-ed25519 AAAA',
    sshPrivateKey: new Secret(`private key of ${name}`),
  };
  return stores.layers.insert({
    formationId: formation.id,
    flavorId: flavor!.id,
    name,
    kind,
    runList: ['recipe[deis::default]'],
    environment: '',
    attributes: {},
    level,
    ...ssh,
  });
}

export async function storeNode(stores: Stores, layer: LayerRecord, num: number): Promise<NodeRecord> {
  const name = `node-${layer.name}-${num}`;
  return stores.nodes.insert({
    id: randomUUID(),
    formationId: layer.formationId,
    layerId: layer.id,
    num,
    name,
    hostPublicKey: 'ssh-ed25519 BBBB',
    hostPrivateKey: new Secret('host key'),
  });
}

/** An app of process type `web`: release v1 is live, and its web.1 serves on the first node of the layer. */
export async function storeLiveApp(stores: Stores, layer: LayerRecord): Promise<NodeRecord> {
  const { formationId } = layer;
  const stored = (await stores.nodes.ofLayer(layer.id))[0] ?? (await storeNode(stores, layer, 1));
  await stores.nodes.update(stored.id, { status: 'ready', address: '172.30.0.9' });
  const build = await stores.builds.insert({
    id: randomUUID(),
    formationId,
    createdBy: null,
    gitCommit: 'c0ffee',
    slugPath: 'ab/app.tgz',
    slugSha256: 'ab',
    slugSize: 1,
    procfile: { web: 'node server.js' },
    image: `deis/stack:bookworm@sha256:${'a'.repeat(64)}`,
    buildpack: 'Node.js',
    kind: 'slug',
    runtimes: [],
  });
  const config =
    (await stores.configs.newest(formationId)) ??
    (await stores.configs.insert({ formationId, createdBy: null, values: {} }));
  const release = await stores.releases.insert({
    formationId,
    buildId: build.id,
    configId: config.id,
    summary: 'push',
    createdBy: null,
  });
  await stores.releases.setState(release.id, 'live');
  await stores.formations.setLiveRelease(formationId, release.id);
  const web = { formationId, nodeId: stored.id, releaseId: release.id, type: 'web', num: 1, port: 5001 };
  await stores.containers.insert([{ ...web, state: 'serving' }]);
  return (await stores.nodes.byId(stored.id))!;
}
