import type { BuildRecord } from './build-store.js';
import type { CertRecord } from './cert-store.js';
import type { ConfigValues } from './config-store.js';
import type { ContainerRecord, OthersContainer } from './container-store.js';
import type { DomainRecord } from './domain-store.js';
import { groundOf, type FormationRecord } from './formation-store.js';
import type { LayerRecord } from '../infrastructure/layer-store.js';
import type { NodeRecord } from '../infrastructure/node-store.js';
import type { ReleaseRecord } from './release-store.js';
import type { Stores } from '../stores.js';

/** A release with what it consists of. */
export interface SnapshotRelease extends ReleaseRecord {
  readonly build: BuildRecord | null;
  /** Variables in clear. */
  readonly config: ConfigValues;
}

/** Everything the pure functions need to know of a formation, as of one moment. */
export interface FormationSnapshot {
  readonly formation: FormationRecord;
  /** Of a guest: the formation whose layers and nodes these are. */
  readonly host?: FormationRecord | undefined;
  /** Names of the formations that live on its nodes. Absent: none does. */
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
): Promise<FormationSnapshot | undefined> {
  return stores.snapshot(async (view) => {
    const formation = await view.formations.byId(formationId);
    if (formation === undefined) return undefined;
    const ground = groundOf(formation);
    const layers = (await view.layers.ofFormation(ground)).filter(
      ({ kind }) => formation.hostId === null || kind !== 'custom',
    );
    const ids = new Set(layers.map(({ id }) => id));
    const nodes = (await view.nodes.ofFormation(ground)).filter(({ layerId }) => ids.has(layerId));
    const shared = await readShared(view, formation, nodes);
    const domains = await view.domains.ofFormation(formationId);
    const certs = await view.certs.ofFormation(formationId);
    const acmeThumbprint = await view.autoCerts.thumbprint(formationId);
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
    return { formation, ...shared, layers, nodes, domains, certs, acmeThumbprint, containers, releases };
  });
}

/** Nothing for a formation that has its nodes for itself. */
async function readShared(
  view: Stores,
  formation: FormationRecord,
  nodes: readonly NodeRecord[],
): Promise<Pick<FormationSnapshot, 'host' | 'guests' | 'others'>> {
  const guests = (await view.formations.guestsOf(groundOf(formation))).map(({ name }) => name);
  if (guests.length === 0) return {};
  const others = await view.containers.ofOthers(
    formation.id,
    nodes.map((node) => node.id),
  );
  const { hostId } = formation;
  return hostId === null ? { guests, others } : { host: await view.formations.byId(hostId), others };
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
