import type { OthersContainer } from '../../store/app/container-store.js';
import type { NodeRecord, NodeSize } from '../../store/infrastructure/node-store.js';

/** What a container may use, or is taken to, where nodes are compared; whole numbers: no sum depends on its order. */
export interface Demand {
  /** Bytes. */
  readonly memory: number;
  readonly millicores: number;
}

/** Of a container; absent and null: no limit. */
export interface DemandLimits {
  readonly memory?: number | null | undefined;
  /** Cores. */
  readonly cpus?: number | null | undefined;
}

/** A container of another formation, with what it used when its node was read last. */
export interface Beside extends OthersContainer {
  readonly use?: NodeSize | undefined;
}

const mebibyte = 1024 ** 2;
/** What a container is taken to use that has no limit, and was not measured. */
const usual: Demand = { memory: 256 * mebibyte, millicores: 100 };
/** Use is counted in whole ones of these: what goes up and down by less compares alike. */
const step: Demand = { memory: 64 * mebibyte, millicores: 100 };
/** Of a node whose size nobody knows, among others like it. */
const usualSize: NodeSize = { memory: 4096 * mebibyte, cpus: 2 };

/** Its limits; where it has none, what it was measured to use, else what is usual. */
export function demandOf({ memory, cpus }: DemandLimits, use?: NodeSize): Demand {
  if (use === undefined && typeof memory !== 'number' && typeof cpus !== 'number') return usual;
  return {
    memory: memory ?? (use === undefined ? usual.memory : inSteps(use.memory, step.memory)),
    millicores: Math.round(
      typeof cpus === 'number'
        ? cpus * 1000
        : use === undefined
          ? usual.millicores
          : inSteps(use.cpus * 1000, step.millicores),
    ),
  };
}

function inSteps(amount: number, size: number): number {
  return Math.max(1, Math.ceil(amount / size)) * size;
}

/** What the containers of one type used on average; absent: of none was it measured. */
export function averageUse(uses: readonly NodeSize[]): NodeSize | undefined {
  if (uses.length === 0) return undefined;
  const average = (what: keyof NodeSize): number =>
    uses.reduce((sum, use) => sum + use[what], 0) / uses.length;
  return { memory: average('memory'), cpus: average('cpus') };
}

/** How full nodes are, by what the containers that were added may use. */
export class NodeLoad {
  readonly #sizes = new Map<string, NodeSize>();
  readonly #taken = new Map<string, { memory: number; millicores: number }>();

  /** One of an unknown size counts as one that has the least of what is known of others. */
  constructor(nodes: readonly Pick<NodeRecord, 'id' | 'size'>[]) {
    const known = nodes.flatMap(({ size }) => (size === null ? [] : [size]));
    const least = (what: keyof NodeSize): number =>
      known.reduce<number>((most, size) => Math.min(most, size[what]), Infinity);
    const small = known.length === 0 ? usualSize : { memory: least('memory'), cpus: least('cpus') };
    for (const { id, size } of nodes) this.#sizes.set(id, size ?? small);
  }

  add(nodeId: string, { memory, millicores }: Demand): void {
    const taken = this.#taken.get(nodeId);
    if (taken === undefined) {
      this.#taken.set(nodeId, { memory, millicores });
      return;
    }
    taken.memory += memory;
    taken.millicores += millicores;
  }

  /**
   * How full a node would be with one container more, lower is better: its share of memory or of cores, whichever is
   * larger, then that of memory.
   */
  with(nodeId: string, more: Demand): readonly [number, number] {
    const size = this.#sizes.get(nodeId) ?? usualSize;
    const taken = this.#taken.get(nodeId);
    const memory = ((taken?.memory ?? 0) + more.memory) / size.memory;
    const cpus = ((taken?.millicores ?? 0) + more.millicores) / (size.cpus * 1000);
    return [Math.max(memory, cpus), memory];
  }
}
