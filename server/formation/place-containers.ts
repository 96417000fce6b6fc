import type { ContainerRecord } from '../store/container-store.js';
import type { FormationSnapshot } from '../store/formation-snapshot.js';
import { FreePorts } from './free-ports.js';
import { readyNodes } from './snapshot-view.js';
import { spreadContainers } from './spread-containers.js';

export type PlacementInput = Pick<FormationSnapshot, 'layers' | 'nodes' | 'containers'> & { readonly formation: Pick<FormationSnapshot['formation'], 'generation'> };

export interface NewPlacement {
  readonly type: string;
  readonly num: number;
  readonly nodeId: string;
  readonly port: number;
}

/** What must happen to have a release's containers, and no others, in service. */
export interface ContainerPlan {
  /** Of the release already, starting or serving, and where they should be. */
  readonly keep: readonly ContainerRecord[];
  readonly start: readonly NewPlacement[];
  /** Starting or serving, and to go once the new ones serve. */
  readonly retire: readonly ContainerRecord[];
}

/**
 * Places `wanted` containers of a release on the ready nodes of runtime layers: numbers 1..n of each type exactly, spread evenly
 * per type, with as few moves as possible, on ports that no row holds. Deterministic, whatever the order of the rows.
 * Without a ready runtime node nothing starts and everything retires.
 * @param wanted process type -> number
 */
export function placeContainers(snapshot: PlacementInput, releaseId: number, wanted: ReadonlyMap<string, number>): ContainerPlan {
  const nodeIds = readyNodes(snapshot, 'runtime').map((node) => node.id);
  const present = snapshot.containers.filter(({ state }) => state === 'starting' || state === 'serving');
  const ports = new FreePorts(snapshot.containers, snapshot.formation.generation);
  const load = new Map<string, number>();
  const keep: ContainerRecord[] = [];
  const start: NewPlacement[] = [];
  for (const [type, count] of nodeIds.length === 0 ? [] : [...wanted].sort(byType)) {
    const own = present.filter((container) => container.type === type && container.releaseId === releaseId && container.num <= count && nodeIds.includes(container.nodeId));
    const spread = spreadContainers(nodeIds, count, distinct(own), load);
    keep.push(...spread.keep);
    start.push(...spread.missing.map(({ num, nodeId }) => ({ type, num, nodeId, port: ports.take(nodeId) })));
    for (const { nodeId } of [...spread.keep, ...spread.missing]) load.set(nodeId, (load.get(nodeId) ?? 0) + 1);
  }
  const kept = new Set(keep);
  return { keep, start, retire: present.filter((container) => !kept.has(container)) };
}

/** One of each number, by number: the newest, which was placed to replace the others. So a plan that is half carried out is the same plan. */
function distinct(containers: readonly ContainerRecord[]): ContainerRecord[] {
  const ordered = [...containers].sort((a, b) => a.num - b.num || b.id - a.id);
  return ordered.filter((container, index) => container.num !== ordered[index - 1]?.num);
}

function byType(a: readonly [string, number], b: readonly [string, number]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}
