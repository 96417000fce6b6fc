import { randomUUID } from 'node:crypto';
import { Secret } from '../../base/secret.js';
import type { FormationRecord } from '../../server/store/formation-store.js';
import type { LayerRecord } from '../../server/store/layer-store.js';
import type { NodeRecord } from '../../server/store/node-store.js';
import type { Stores } from '../../server/store/stores.js';
import type { UserRecord } from '../../server/store/user-store.js';

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
