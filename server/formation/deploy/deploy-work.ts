import type { ContainerRecord } from '../../store/app/container-store.js';
import type { FormationSnapshot, SnapshotRelease } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { requireSnapshot, type FormationWork } from '../context/formation-work.js';
import { placeContainers, type ContainerPlan } from '../placement/place-containers.js';
import { tagsOfType } from '../placement/tags.js';
import { releaseOf } from '../databag/snapshot-view.js';
import { wantedContainers } from '../placement/wanted-containers.js';

/** One deploy of one release. */
export interface DeployWork extends FormationWork {
  readonly releaseId: number;
  /** Nodes that this attempt has told to fetch the release: when it fails, they let go of it. */
  readonly fetched: Set<string>;
  /** Rows that this attempt has made: what is put back when it fails. */
  readonly started: Set<number>;
  /** Rows that this attempt has told to retire. */
  readonly retired: Set<number>;
  /** Whether the release was live when this attempt began: then this is a scale. */
  readonly wasLive: boolean;
  /** What other formations had on the nodes when this attempt began: what they do meanwhile moves no plan of it. */
  readonly beside: FormationSnapshot['others'];
  /** Whether containers that run well move, too, to spread all types together (balance). */
  readonly evenly: boolean;
  /** Whether the counts were just asked for: then a guest's quota holds for a release that serves, too. */
  readonly isScale: boolean;
  /** Containers of the release that must be made anew (restart). */
  readonly replaces: (container: ContainerRecord) => boolean;
}

/** Reads the formation and the release that is being deployed. */
export async function readDeploy({
  parts,
  formationId,
  releaseId,
}: Pick<DeployWork, 'parts' | 'formationId' | 'releaseId'>): Promise<{
  snapshot: FormationSnapshot;
  release: SnapshotRelease;
}> {
  const snapshot = await requireSnapshot(parts.stores, formationId, [releaseId]);
  return { snapshot, release: releaseOf(snapshot, releaseId) };
}

/** What the deploy still has to do, as of the snapshot. */
export function planDeploy(
  snapshot: FormationSnapshot,
  {
    releaseId,
    beside = snapshot.others,
    evenly,
    replaces,
  }: Pick<DeployWork, 'releaseId'> & Partial<Pick<DeployWork, 'beside' | 'evenly' | 'replaces'>>,
): ContainerPlan {
  const { build, limits, tags } = releaseOf(snapshot, releaseId);
  return placeContainers(snapshot, releaseId, wantedContainers(snapshot.formation.scale, build), {
    beside,
    evenly,
    replaces,
    memoryOf: (type) => (Object.hasOwn(limits, type) ? limits[type]?.memory : undefined),
    tagsOf: (type) => tagsOfType(tags, type),
  });
}

/**
 * The nodes that new containers start on: those to be started, and those that an earlier attempt began to
 * start.
 */
export function nodesToStartOn(snapshot: FormationSnapshot, { keep, start }: ContainerPlan): NodeRecord[] {
  const ids = new Set(
    [...start, ...keep.filter(({ state }) => state === 'starting')].map(({ nodeId }) => nodeId),
  );
  return snapshot.nodes.filter(({ id }) => ids.has(id));
}

/** `web.1, web.2` */
export function containerNames(containers: readonly Pick<ContainerRecord, 'type' | 'num'>[]): string {
  return containers.map(({ type, num }) => `${type}.${num}`).join(', ');
}
