import { Secret } from '../../../base/secret.js';
import type { LayerKind } from '../../../cookbooks/recipe.js';
import type { SlugBuild } from '../../../server/store/app/builds/build-store.js';
import type { ContainerRecord, ContainerState } from '../../../server/store/app/container-store.js';
import type { FormationSnapshot, SnapshotRelease } from '../../../server/store/app/formation-snapshot.js';
import type { LayerRecord } from '../../../server/store/infrastructure/layer-store.js';
import type { NodeRecord, NodeStatus } from '../../../server/store/infrastructure/node-store.js';

const when = new Date('2026-01-01T00:00:00Z');

/** A layer of formation 1, with defaults. */
export function layer(
  id: number,
  name: string,
  kind: LayerKind,
  more: Partial<LayerRecord> = {},
): LayerRecord {
  return {
    id,
    name,
    kind,
    formationId: 1,
    flavorId: 1,
    ownFlavor: true,
    runList: [],
    environment: '',
    tags: {},
    attributes: {},
    level: id * 10,
    count: 0,
    sshUsername: 'deis',
    sshPort: 22,
    sshPublicKey: 'ssh-ed25519 AAAA',
    sshPrivateKey: new Secret('private'),
    createdAt: when,
    ...more,
  };
}

export const runtime = layer(1, 'runtime', 'runtime');
export const proxy = layer(2, 'proxy', 'proxy');

/** A node of a layer; its id is its name, its address follows from both numbers. */
export function node(
  of: LayerRecord,
  num: number,
  status: NodeStatus = 'ready',
  more: Partial<NodeRecord> = {},
): NodeRecord {
  const name = `app-${of.name}-${num}`;
  return {
    id: name,
    name,
    num,
    status,
    formationId: 1,
    layerId: of.id,
    cloudId: null,
    launchIntent: null,
    address: `192.0.2.${of.id * 100 + num}`,
    privateAddress: `10.0.${of.id}.${num}`,
    hostPublicKey: 'ssh-ed25519 AAAA',
    hostPublicKeyPending: null,
    hostPrivateKey: null,
    scheduling: 'open',
    adopted: false,
    cleansUp: true,
    purgesData: false,
    generation: 0,
    lastAction: null,
    lastError: null,
    size: null,
    createdAt: when,
    updatedAt: when,
    ...more,
  };
}

let containers = 0;

/** `web.1` of release id 1 on a node, say. */
export function container(
  nodeId: string,
  type: string,
  num: number,
  port: number,
  state: ContainerState = 'serving',
  releaseId = 1,
  id = (containers += 1),
): ContainerRecord {
  return {
    id,
    formationId: 1,
    nodeId,
    releaseId,
    type,
    num,
    port,
    state,
    retireAt: null,
    createdAt: when,
    seen: null,
  };
}

/** A build whose Procfile has these types. */
export function build(id: string, types: readonly string[] = ['web']): SlugBuild {
  return {
    kind: 'slug',
    id,
    formationId: 1,
    createdBy: null,
    gitCommit: 'c0ffee',
    slugPath: `${id}/app.tgz`,
    slugSha256: id,
    slugSize: 10,
    procfile: Object.fromEntries(types.map((type) => [type, `run ${type}`])),
    image: `deis/stack:bookworm@sha256:${'a'.repeat(64)}`,
    buildpack: 'nodejs',
    postdeploy: null,
    runtimes: [],
    createdAt: when,
    collectedAt: null,
  };
}

/** Release with id = version. */
export function release(version: number, more: Partial<SnapshotRelease> = {}): SnapshotRelease {
  return {
    id: version,
    formationId: 1,
    version,
    buildId: `b${version}`,
    configId: version,
    limits: {},
    health: {},
    timeouts: {},
    tags: {},
    writable: false,
    summary: '',
    state: 'pending',
    reason: null,
    createdBy: null,
    createdAt: when,
    liveAt: null,
    build: build(`b${version}`),
    config: {},
    ...more,
  };
}

/** Formation `app` with a runtime and a proxy layer. */
export function snapshot(
  more: Partial<Omit<FormationSnapshot, 'formation'>> & {
    formation?: Partial<FormationSnapshot['formation']>;
  } = {},
): FormationSnapshot {
  const { formation, ...rest } = more;
  return {
    layers: [runtime, proxy],
    nodes: [],
    domains: [],
    certs: [],
    containers: [],
    releases: [],
    ...rest,
    formation: {
      id: 1,
      ownerId: 1,
      name: 'app',
      generation: 1,
      scale: {},
      liveReleaseId: null,
      maintenance: false,
      proxySettings: {},
      quota: {},
      guestQuota: {},
      destroying: false,
      hostId: null,
      formerHostId: null,
      vacantHostId: null,
      formerStay: null,
      createdAt: when,
      ...formation,
    },
  };
}
