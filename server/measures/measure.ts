import type { ContainerMeasure, NodeMeasure, Traffic } from '../store/app/measure-store.js';

/** More containers than that one row does not hold: those of earlier deploys go. */
export const maxContainersPerRow = 400;

type Counts = Readonly<Record<string, number>>;

/** Two times of one node as one: what is counted is added up, of what goes up and down the higher value stays. */
export function mergeMeasures(one: NodeMeasure, other: NodeMeasure): NodeMeasure {
  const traffic = mergeTraffic(one.traffic, other.traffic);
  const machine = mergeMachines(one.machine, other.machine);
  return {
    seconds: one.seconds + other.seconds,
    containers: newest(merged(one.containers, other.containers, mergeContainers), other.containers),
    ...(traffic === undefined ? {} : { traffic }),
    ...(machine === undefined ? {} : { machine }),
    disks: merged(one.disks, other.disks, Math.max),
  };
}

/** Requests of both; undefined where neither counts. */
export function mergeTraffic(one: Traffic | undefined, other: Traffic | undefined): Traffic | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return combineTraffic(one, other, addCounts);
}

/** Counts of each kind of two, as one; `limited` is absent where nothing was. */
export function combineTraffic(
  one: Traffic,
  other: Traffic,
  both: (one: Counts, other: Counts) => Record<string, number>,
): Traffic {
  const limited = both(one.limited ?? {}, other.limited ?? {});
  return {
    statuses: both(one.statuses, other.statuses),
    took: both(one.took, other.took),
    ...(Object.keys(limited).length === 0 ? {} : { limited }),
  };
}

function mergeMachines(one: NodeMeasure['machine'], other: NodeMeasure['machine']): NodeMeasure['machine'] {
  if (one === undefined || other === undefined) return one ?? other;
  return { cpuMs: one.cpuMs + other.cpuMs, memory: Math.max(one.memory, other.memory) };
}

/** The later one says what its release and limit are. */
function mergeContainers(one: ContainerMeasure, other: ContainerMeasure): ContainerMeasure {
  return {
    ...other,
    cpuMs: one.cpuMs + other.cpuMs,
    memory: Math.max(one.memory, other.memory),
    restarts: one.restarts + other.restarts,
  };
}

function newest<T>(all: Readonly<Record<string, T>>, later: Readonly<Record<string, T>>): Record<string, T> {
  const names = [
    ...Object.keys(all).filter((name) => !Object.hasOwn(later, name)),
    ...Object.keys(all).filter((name) => Object.hasOwn(later, name)),
  ];
  return Object.fromEntries(names.slice(-maxContainersPerRow).map((name) => [name, all[name]!]));
}

function addCounts(one: Counts, other: Counts): Counts {
  return merged(one, other, (a, b) => a + b);
}

function merged<T>(
  one: Readonly<Record<string, T>>,
  other: Readonly<Record<string, T>>,
  both: (one: T, other: T) => T,
): Record<string, T> {
  const all: Record<string, T> = { ...one };
  for (const [name, value] of Object.entries(other))
    all[name] = Object.hasOwn(one, name) ? both(one[name]!, value) : value;
  return all;
}
