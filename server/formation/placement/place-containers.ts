import type { ContainerRecord } from '../../store/app/container-store.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import { FreePorts, heldByProxies } from './free-ports.js';
import { nodesOfKind, openNodes, readyNodes } from '../databag/snapshot-view.js';
import { spreadContainers } from './spread-containers.js';

export type PlacementInput = Pick<FormationSnapshot, 'layers' | 'nodes' | 'containers' | 'others'> & {
  readonly formation: Pick<FormationSnapshot['formation'], 'generation'>;
};

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

export interface PlacementOptions {
  readonly evenly?: boolean;
  readonly replaces?: (container: ContainerRecord) => boolean;
  /** Of other formations, to compare nodes by; those of the snapshot hold ports in any case. */
  readonly beside?: PlacementInput['others'];
  /** Bytes that a container of a type may use; undefined: no limit. */
  readonly memoryOf?: (type: string) => number | undefined;
}

/** Bytes that a container without a limit is taken to use where nodes are compared: 256 MiB. */
const usualMemory = 256 * 1024 ** 2;

/**
 * Places `wanted` containers of a release on the open nodes of runtime layers: numbers 1..n of each type
 * exactly, spread evenly per type, with as few moves as possible, on ports that no row holds. Deterministic,
 * whatever the order of the rows. What a cordoned node runs already stays there, and the rest is spread over
 * the others. Where the spread leaves a choice, the nodes are taken whose containers may use the least memory, those
 * of other formations included. Without an open node nothing starts and everything retires.
 * @param wanted process type -> number
 * @param options.evenly all types together are spread as evenly as each alone, for some more moves
 * @param options.replaces containers that must be made anew, wherever they are
 * @param options.beside default: those of the snapshot
 * @param options.memoryOf default: no type has a limit
 */
export function placeContainers(
  snapshot: PlacementInput,
  releaseId: number,
  wanted: ReadonlyMap<string, number>,
  { evenly = false, replaces = () => false, beside = snapshot.others, memoryOf }: PlacementOptions = {},
): ContainerPlan {
  const nodeIds = openNodes(snapshot).map((node) => node.id);
  const open = new Set(nodeIds);
  const cordoned = cordonedNodes(snapshot);
  const mayStay = (container: ContainerRecord): boolean =>
    container.releaseId === releaseId &&
    !replaces(container) &&
    (open.has(container.nodeId) || cordoned.has(container.nodeId));
  const present = snapshot.containers.filter(({ state }) => state === 'starting' || state === 'serving');
  const ports = freePorts(snapshot);
  const load = loadOf(beside ?? []);
  const keep: ContainerRecord[] = [];
  const start: NewPlacement[] = [];
  for (const [type, count] of nodeIds.length === 0 ? [] : [...wanted].sort(byType)) {
    const own = present.filter((each) => each.type === type && each.num <= count && mayStay(each));
    const candidates = distinct(own);
    const staying = candidates.filter(({ nodeId }) => cordoned.has(nodeId));
    const spread = spreadContainers(
      nodeIds,
      numbersBut(count, staying),
      candidates.filter(({ nodeId }) => !cordoned.has(nodeId)),
      load,
      evenly,
    );
    keep.push(...staying, ...spread.keep);
    start.push(...spread.missing.map(({ num, nodeId }) => ({ type, num, nodeId, port: ports.take(nodeId) })));
    for (const { nodeId } of [...spread.keep, ...spread.missing]) addLoad(load, nodeId, memoryOf?.(type));
  }
  const kept = new Set(keep);
  return { keep, start, retire: present.filter((container) => !kept.has(container)) };
}

function freePorts(snapshot: PlacementInput): FreePorts {
  const proxies = heldByProxies(nodesOfKind(snapshot, 'proxy'));
  const held = [...snapshot.containers, ...(snapshot.others ?? []), ...proxies];
  return new FreePorts(held, snapshot.formation.generation);
}

/** Bytes by node. */
function loadOf(containers: NonNullable<PlacementInput['others']>): Map<string, number> {
  const load = new Map<string, number>();
  for (const { nodeId, memory } of containers) addLoad(load, nodeId, memory);
  return load;
}

function addLoad(load: Map<string, number>, nodeId: string, memory: number | null = null): void {
  load.set(nodeId, (load.get(nodeId) ?? 0) + (memory ?? usualMemory));
}

function cordonedNodes(snapshot: PlacementInput): Set<string> {
  const nodes = readyNodes(snapshot, 'runtime').filter(({ scheduling }) => scheduling === 'cordoned');
  return new Set(nodes.map(({ id }) => id));
}

/**
 * One of each number, by number: the newest, which was placed to replace the others. So a plan that is half
 * carried out is the same plan.
 */
function distinct(containers: readonly ContainerRecord[]): ContainerRecord[] {
  const ordered = [...containers].sort((a, b) => a.num - b.num || b.id - a.id);
  return ordered.filter((container, index) => container.num !== ordered[index - 1]?.num);
}

/** 1..count without the numbers of those that stay. */
function numbersBut(count: number, staying: readonly ContainerRecord[]): number[] {
  const taken = new Set(staying.map(({ num }) => num));
  return Array.from({ length: count }, (_, index) => index + 1).filter((num) => !taken.has(num));
}

function byType(a: readonly [string, number], b: readonly [string, number]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}
