import type { ContainerRecord } from '../../store/app/container-store.js';
import type { FormationSnapshot, SnapshotRelease } from '../../store/app/formation-snapshot.js';
import type { Scale } from '../../store/app/formation-store.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { Stores } from '../../store/stores.js';
import { snapshotOf, type FormationWork } from '../context/formation-work.js';
import { demandOf } from '../placement/node-load.js';
import { placeContainers, type ContainerPlan } from '../placement/place-containers.js';
import { tagsOfType } from '../placement/tags.js';
import { releaseOf } from '../databag/snapshot-view.js';
import { wantedContainers } from '../placement/wanted-containers.js';
import type { Carried } from './measured-use.js';

/** What a deploy does beside that brings a formation to the nodes of another host. */
export interface Crossing {
  /** Ids of both hosts, whose rows are locked where `cross` and `crossBack` are called. */
  readonly hosts: readonly number[];
  /** In the transaction of the switch: it lives there. Resolves to whether it did not before. */
  readonly cross: (stores: Stores, snapshot: FormationSnapshot) => Promise<boolean>;
  /** The proxies there serve: those of the former place are to pass on to them. */
  readonly passOn: (signal: AbortSignal) => Promise<void>;
  /** In the transaction that puts a failed deploy back. */
  readonly crossBack: (stores: Stores) => Promise<void>;
  /** Before the proxies there serve no more: those of the former place serve by themselves again. */
  readonly takeBack: (signal: AbortSignal) => Promise<void>;
}

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
  /** What the nodes were and carried when this attempt began: what is otherwise meanwhile moves no plan of it. */
  readonly carried: Carried;
  /** Whether containers that run well move, too, to spread all types together (balance). */
  readonly evenly: boolean;
  /** Counts that hold for all of the attempt; undefined: those that are wanted at each step. */
  readonly scale?: Scale | undefined;
  /** Whether the counts were just asked for: then a guest's quota holds for a release that serves, too. */
  readonly isScale: boolean;
  /** What else happens at its switch: the formation moves there. */
  readonly crossing?: Crossing | undefined;
  /** Containers of the release that must be made anew (restart). */
  readonly replaces: (container: ContainerRecord) => boolean;
}

/** Reads the formation and the release that is being deployed. */
export async function readDeploy(
  deploy: Pick<DeployWork, 'parts' | 'formationId' | 'releaseId' | 'place'>,
): Promise<{
  snapshot: FormationSnapshot;
  release: SnapshotRelease;
}> {
  const { releaseId } = deploy;
  const snapshot = await snapshotOf(deploy, [releaseId]);
  return { snapshot, release: releaseOf(snapshot, releaseId) };
}

/** What the deploy still has to do, as of the snapshot. */
export function planDeploy(
  snapshot: FormationSnapshot,
  {
    releaseId,
    carried,
    evenly,
    replaces,
    scale = snapshot.formation.scale,
  }: Pick<DeployWork, 'releaseId' | 'carried'> & Partial<Pick<DeployWork, 'evenly' | 'replaces' | 'scale'>>,
): ContainerPlan {
  const { build, limits, tags } = releaseOf(snapshot, releaseId);
  return placeContainers(snapshot, releaseId, wantedContainers(scale, build), {
    beside: carried.beside,
    sizes: carried.sizes,
    evenly,
    replaces,
    demand: (type) =>
      demandOf(Object.hasOwn(limits, type) ? (limits[type] ?? {}) : {}, carried.used.get(type)),
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
