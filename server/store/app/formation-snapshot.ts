import { isOfKind } from '../../../cookbooks/layer-kind.js';
import type { BuildRecord } from './builds/build-store.js';
import type { CertRecord } from './certificates/cert-store.js';
import type { ConfigValues } from './config-store.js';
import type { ContainerRecord, OthersContainer } from './container-store.js';
import type { DomainRecord } from './domain-store.js';
import { groundOf, type FormationRecord } from './formation-store.js';
import type { LayerRecord } from '../infrastructure/layer-store.js';
import type { NodeRecord } from '../infrastructure/node-store.js';
import type { ReleaseRecord } from './release-store.js';
import type { ToldClients } from './tcp-port-store.js';
import type { Stores } from '../stores.js';

/** A release with what it consists of. */
export interface SnapshotRelease extends ReleaseRecord {
  readonly build: BuildRecord | null;
  /** Variables in clear. */
  readonly config: ConfigValues;
}

/** From where a formation is looked at; absent: from where it lives. */
export interface Place {
  /** Id of the formation whose layers and nodes count. */
  readonly groundId: number;
  /** It is moving there: what is vacant is about to be its own. */
  readonly isComing?: boolean;
}

/** Everything the pure functions need to know of a formation, as of one moment and from one place. */
export interface FormationSnapshot {
  readonly formation: FormationRecord;
  /** Of a guest: the formation whose layers and nodes these are. */
  readonly host?: FormationRecord | undefined;
  /** Seen from a place that nothing of it may be left in. */
  readonly isLeaving?: boolean;
  /** Seen from where it lives: proxies of its former host, which pass on to these here. */
  readonly formerProxies?: readonly NodeRecord[] | undefined;
  /** Seen from its former host: the ready proxies of where it lives now. */
  readonly newProxies?: readonly NodeRecord[] | undefined;
  /** Names of the formations that live on its nodes, come there or have not left yet. Absent: none does. */
  readonly guests?: readonly string[] | undefined;
  /** Containers of other formations on the nodes. Absent: nobody else is on them. */
  readonly others?: readonly OthersContainer[] | undefined;
  /** By level, then name. */
  readonly layers: readonly LayerRecord[];
  /** By layer, then number. */
  readonly nodes: readonly NodeRecord[];
  /** By name. */
  readonly domains: readonly DomainRecord[];
  /** By name. */
  readonly certs: readonly CertRecord[];
  /** What proxies answer the challenges of a CA with; absent: nothing. */
  readonly acmeThumbprint?: string | undefined;
  /** Of mode tcp: who may connect because it is attached; absent: nobody. */
  readonly told?: ToldClients | undefined;
  /** By type, number, then age. */
  readonly containers: readonly ContainerRecord[];
  /** Ascending by version: the live one, the newest pending one, and those that containers refer to. */
  readonly releases: readonly SnapshotRelease[];
}

/**
 * One read of a formation; undefined when it is gone. Inside a transaction it sees that transaction's writes.
 * @param releaseIds further releases to be included
 */
export async function readFormationSnapshot(
  stores: Stores,
  formationId: number,
  releaseIds: readonly number[] = [],
  place?: Place,
): Promise<FormationSnapshot | undefined> {
  return stores.snapshot(async (view) => {
    const formation = await view.formations.byId(formationId);
    if (formation === undefined) return undefined;
    const ground = place?.groundId ?? groundOf(formation);
    const { layers, nodes } = await readGround(view, formation, ground);
    const shared = await readShared(view, formation, nodes, ground);
    const moving = await readMoving(view, formation, ground, place?.isComing ?? false);
    const domains = await view.domains.ofFormation(formationId);
    const certs = await view.certs.ofFormation(formationId);
    const acmeThumbprint = await view.autoCerts.thumbprint(formationId);
    const told =
      formation.proxySettings.mode === 'tcp' ? await view.tcpPorts.ofFormation(formationId) : undefined;
    const containers = await view.containers.ofFormation(formationId);
    const pending = await view.releases.newestPending(formationId);
    const wanted = new Set([
      formation.liveReleaseId,
      pending?.id,
      ...releaseIds,
      ...containers.map((container) => container.releaseId),
    ]);
    const releases = await readReleases(
      view,
      [...wanted].filter((id) => typeof id === 'number'),
    );
    const own = { domains, certs, acmeThumbprint, told, containers, releases };
    return { formation, ...shared, ...moving, layers, nodes, ...own };
  });
}

/** A guest has nothing to do with custom layers of its host. */
async function readGround(
  view: Stores,
  { id }: Pick<FormationRecord, 'id'>,
  ground: number,
): Promise<Pick<FormationSnapshot, 'layers' | 'nodes'>> {
  const layers = (await view.layers.ofFormation(ground)).filter(
    ({ kind }) => ground === id || kind !== 'custom',
  );
  const ids = new Set(layers.map((layer) => layer.id));
  return {
    layers,
    nodes: (await view.nodes.ofFormation(ground)).filter(({ layerId }) => ids.has(layerId)),
  };
}

/** Nothing for a formation that does not move, and has not since it left all of its former place. */
async function readMoving(
  view: Stores,
  formation: FormationRecord,
  ground: number,
  isComing: boolean,
): Promise<Pick<FormationSnapshot, 'isLeaving' | 'formerProxies' | 'newProxies'>> {
  const { formerHostId } = formation;
  const proxiesOf = async (groundId: number): Promise<NodeRecord[]> =>
    proxiesAmong(await readGround(view, formation, groundId));
  const isElsewhere = ground !== groundOf(formation) && ground !== formerHostId;
  if (isElsewhere && !isComing) return { isLeaving: true };
  if (formerHostId === null) return {};
  if (ground !== formerHostId) return { formerProxies: await proxiesOf(formerHostId) };
  const ready = (await proxiesOf(groundOf(formation))).filter(({ status }) => status === 'ready');
  return { newProxies: ready };
}

function proxiesAmong({ layers, nodes }: Pick<FormationSnapshot, 'layers' | 'nodes'>): NodeRecord[] {
  const ids = new Set(layers.filter(({ kind }) => isOfKind(kind, 'proxy')).map(({ id }) => id));
  return nodes.filter(({ layerId }) => ids.has(layerId));
}

/** Nothing for a formation that has its nodes for itself. */
async function readShared(
  view: Stores,
  formation: FormationRecord,
  nodes: readonly NodeRecord[],
  ground: number,
): Promise<Pick<FormationSnapshot, 'host' | 'guests' | 'others'>> {
  const guests = (await view.formations.presentOn(ground)).map(({ name }) => name);
  // Whoever looks at another's nodes is a guest there, also when nothing of it is there any more.
  if (guests.length === 0 && ground === formation.id) return {};
  const others = await view.containers.ofOthers(
    formation.id,
    nodes.map((node) => node.id),
  );
  return ground === formation.id ? { guests, others } : { host: await view.formations.byId(ground), others };
}

/** Releases with their builds and configs, ascending by version. */
export async function readReleases(stores: Stores, ids: readonly number[]): Promise<SnapshotRelease[]> {
  const releases = await stores.releases.byIds(ids);
  const builds = new Map(
    (await stores.builds.byIds(releases.map((release) => release.buildId).filter((id) => id !== null))).map(
      (build) => [build.id, build],
    ),
  );
  const configs = new Map(
    (await stores.configs.byIds(releases.map((release) => release.configId))).map((config) => [
      config.id,
      config.values,
    ]),
  );
  return releases.map((release) => ({
    ...release,
    build: release.buildId === null ? null : (builds.get(release.buildId) ?? null),
    config: configs.get(release.configId) ?? {},
  }));
}
