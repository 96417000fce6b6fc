import type { Tags } from '../../../cookbooks/databag.js';
import type { ContainerRecord } from '../../store/app/container-store.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { NodeSize } from '../../store/infrastructure/node-store.js';
import { FreePorts, heldByProxies } from './free-ports.js';
import { nodesOfKind, openNodes } from '../databag/snapshot-view.js';
import { demandOf, NodeLoad, type Beside, type Demand } from './node-load.js';
import { placesIn, type Places } from './places.js';
import { spreadContainers, type LoadOf, type Spread } from './spread-containers.js';

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
  /**
   * Starting or serving, and to go once the new ones serve. What serves of another release and is in neither list stays
   * as it is: nothing can take its place yet.
   */
  readonly retire: readonly ContainerRecord[];
}

export interface PlacementOptions {
  readonly evenly?: boolean;
  readonly replaces?: (container: ContainerRecord) => boolean;
  /** Of other formations, to compare nodes by; those of the snapshot hold ports in any case. */
  readonly beside?: readonly Beside[] | undefined;
  /** Id of a node -> what its machine has. */
  readonly sizes?: ReadonlyMap<string, NodeSize> | undefined;
  /** What a container of a type may use, or is taken to. */
  readonly demand?: (type: string) => Demand;
  /** What nodes must have for containers of a type. */
  readonly tagsOf?: (type: string) => Tags;
}

/**
 * Places `wanted` containers of a release on the open nodes of runtime layers: numbers 1..n of each type
 * exactly, spread evenly per type, with as few moves as possible, on ports that no row holds. Deterministic,
 * whatever the order of the rows. What a cordoned node runs already stays there, and the rest is spread over
 * the others. Where the spread leaves a choice, the nodes are taken that are least full then: by what containers may
 * use, those of other formations included, of the memory and cores that there are. What runs stays, however full its
 * node. Nodes without the tags of a type are none for it: where no open one has them, nothing of it starts, and what
 * runs on such nodes stays, of whichever release. Without any open node everything retires.
 * @param wanted process type -> number
 * @param options.evenly all types together are spread as evenly as each alone, for some more moves
 * @param options.replaces containers that must be made anew, wherever they are
 * @param options.beside default: those of the snapshot
 * @param options.sizes default: those of the snapshot's nodes
 * @param options.demand default: no type has a limit, and of none is its use known
 * @param options.tagsOf default: no type asks for any
 */
export function placeContainers(
  snapshot: PlacementInput,
  releaseId: number,
  wanted: ReadonlyMap<string, number>,
  options: PlacementOptions = {},
): ContainerPlan {
  const { evenly = false, replaces = () => false, demand = () => demandOf({}), tagsOf } = options;
  const placesOf = placesIn(snapshot);
  // What cannot be made anew anywhere stays as it is.
  const mayStay = (each: ContainerRecord, { open, holds }: Places): boolean =>
    each.releaseId === releaseId &&
    (open.length === 0 || !replaces(each)) &&
    (open.includes(each.nodeId) || holds(each));
  const present = snapshot.containers.filter(({ state }) => state === 'starting' || state === 'serving');
  const ports = freePorts(snapshot);
  const load = loadOf(snapshot, options);
  const keep: ContainerRecord[] = [];
  const start: NewPlacement[] = [];
  const staying: ContainerRecord[] = [];
  for (const [type, count] of openNodes(snapshot).length === 0 ? [] : [...wanted].sort(byType)) {
    const places = placesOf(tagsOf?.(type) ?? {});
    const own = present.filter((each) => each.type === type && each.num <= count && mayStay(each, places));
    const more = demand(type);
    const spread = spreadType(places, own, count, { load: (id) => load.with(id, more), evenly });
    keep.push(...spread.keep);
    if (places.open.length === 0) {
      const others = present.filter((each) => each.type === type && each.releaseId !== releaseId);
      staying.push(...goingOn(others, places, numbersBut(count, spread.keep)));
    }
    start.push(...spread.missing.map(({ num, nodeId }) => ({ type, num, nodeId, port: ports.take(nodeId) })));
    for (const { nodeId } of [...spread.keep, ...spread.missing]) load.add(nodeId, more);
  }
  const stays = new Set([...keep, ...staying]);
  return { keep, start, retire: present.filter((container) => !stays.has(container)) };
}

/** What serves on nodes that hold it, of these numbers. */
function goingOn(
  containers: readonly ContainerRecord[],
  { holds }: Places,
  nums: readonly number[],
): ContainerRecord[] {
  return containers.filter((each) => each.state === 'serving' && nums.includes(each.num) && holds(each));
}

function freePorts(snapshot: PlacementInput): FreePorts {
  const proxies = heldByProxies(nodesOfKind(snapshot, 'proxy'));
  return new FreePorts([snapshot.containers, snapshot.others ?? [], proxies], snapshot.formation.generation);
}

function loadOf(snapshot: PlacementInput, { beside, sizes }: PlacementOptions): NodeLoad {
  const load = new NodeLoad(
    nodesOfKind(snapshot, 'runtime').map(({ id, size }) => ({
      id,
      size: sizes ? (sizes.get(id) ?? null) : size,
    })),
  );
  const others: readonly Beside[] = beside ?? snapshot.others ?? [];
  for (const each of others) load.add(each.nodeId, demandOf(each, each.use));
  return load;
}

/** Those that their nodes hold stay, and the rest is spread over the open ones. */
function spreadType(
  { open, holds }: Places,
  own: readonly ContainerRecord[],
  count: number,
  { load, evenly }: { readonly load: LoadOf; readonly evenly: boolean },
): Spread<ContainerRecord> {
  const candidates = distinct(own);
  if (open.length === 0) return { keep: candidates, missing: [] };
  const staying = candidates.filter(holds);
  const movable = candidates.filter((each) => !holds(each));
  const spread = spreadContainers(open, numbersBut(count, staying), movable, load, evenly);
  return { keep: [...staying, ...spread.keep], missing: spread.missing };
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
