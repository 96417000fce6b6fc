import type { BuildRecord } from './build-store.js';
import type { CertRecord } from './cert-store.js';
import type { ConfigValues } from './config-store.js';
import type { ContainerRecord } from './container-store.js';
import type { DomainRecord } from './domain-store.js';
import type { FormationRecord } from './formation-store.js';
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
    const layers = await view.layers.ofFormation(formationId);
    const nodes = await view.nodes.ofFormation(formationId);
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
    return { formation, layers, nodes, domains, certs, acmeThumbprint, containers, releases };
  });
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
