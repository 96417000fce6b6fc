import type { MeasureRecord } from '../store/app/measure-store.js';
import type { NodeSize } from '../store/infrastructure/node-store.js';

/** What is left of a node's machine. */
export interface NodeRoom {
  /** Without what those of its containers may use that have limits; below 0 where that is more than there is. */
  readonly limits: NodeSize;
  /** Without what is in use by all that runs there; null where it was not read of late. */
  readonly use: (NodeSize & { readonly at: Date }) | null;
}

/**
 * @param size what there is
 * @param limits of all containers there together
 * @param newest what was read of it last
 */
export function roomOn(size: NodeSize, limits: NodeSize, newest: MeasureRecord | undefined): NodeRoom {
  return { limits: less(size, limits), use: unused(size, newest) };
}

function unused(size: NodeSize, newest: MeasureRecord | undefined): NodeRoom['use'] {
  const machine = newest?.measure.machine;
  if (newest === undefined || machine === undefined) return null;
  const cpus = machine.cpuMs / 1000 / newest.measure.seconds;
  const { memory, cpus: idle } = less(size, { memory: machine.memory, cpus });
  // Of what is in use there is never more than there is: two clocks may say so.
  return { memory: Math.max(0, memory), cpus: Math.max(0, idle), at: newest.at };
}

function less(all: NodeSize, taken: NodeSize): NodeSize {
  return { memory: all.memory - taken.memory, cpus: Math.round((all.cpus - taken.cpus) * 100) / 100 };
}
