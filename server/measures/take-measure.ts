import type {
  ContainerReading,
  HostReading,
  NamedContainer,
} from '../../provisioner/node-commands/measures.js';
import type { ContainerMeasure, NodeMeasure, NodeReading, Traffic } from '../store/app/measure-store.js';
import { combineTraffic } from './measure.js';

/** More of them one row does not hold; a node has no more of an app. */
export const maxContainersPerNode = 200;

/** What was read of a node now, and what is known of its containers. */
export interface ReadNow {
  readonly at: Date;
  readonly host: HostReading;
  /** The app's, by Docker id: others on the node are nobody's here. */
  readonly named: ReadonlyMap<string, NamedContainer>;
  /** Of a container since it was made; 0 where nobody has looked. */
  readonly restartsOf: (container: NamedContainer) => number;
}

/** The counters to remember for the next time. */
export function readingOf({ at, host, named, restartsOf }: ReadNow): NodeReading {
  const containers = ofApp(host, named).map(({ reading, name }) => [
    reading.id,
    { cpuMicroseconds: reading.cpuMicroseconds, restarts: restartsOf(name) },
  ]);
  return {
    at: at.toISOString(),
    containers: Object.fromEntries(containers),
    ...(host.machine === undefined ? {} : { machine: { cpuMicroseconds: host.machine.cpuMicroseconds } }),
    ...(host.traffic === undefined ? {} : { traffic: host.traffic }),
  };
}

/**
 * What a node did since it was read last. A counter that is lower than before began anew and counts whole, as does that
 * of a container that was not there; of a proxy that was never read nothing is known.
 */
export function takeMeasure(before: NodeReading, now: ReadNow): NodeMeasure {
  const traffic =
    now.host.traffic && before.traffic && combineTraffic(before.traffic, now.host.traffic, countsSince);
  const machine = machineSince(before.machine, now.host.machine);
  return {
    seconds: (now.at.getTime() - Date.parse(before.at)) / 1000,
    containers: Object.fromEntries(
      ofApp(now.host, now.named).map(({ reading, name }) => [
        `${name.process} ${name.port}`,
        containerSince(before.containers[reading.id], reading, name, now.restartsOf(name)),
      ]),
    ),
    ...(traffic === undefined ? {} : { traffic }),
    ...(machine === undefined ? {} : { machine }),
    disks: Object.fromEntries(now.host.disks.map(({ mount, bytes, used }) => [mount, rounded(used / bytes)])),
  };
}

/** Of one that was not read before nothing is known. */
function machineSince(before: NodeReading['machine'], now: HostReading['machine']): NodeMeasure['machine'] {
  if (before === undefined || now === undefined) return undefined;
  const cpuMs = Math.round(since(before.cpuMicroseconds, now.cpuMicroseconds) / 1000);
  return { cpuMs, memory: now.used };
}

function containerSince(
  before: NodeReading['containers'][string] | undefined,
  { cpuMicroseconds, memory, memoryLimit }: ContainerReading,
  { process, release }: NamedContainer,
  restarts: number,
): ContainerMeasure {
  const cpu = since(before?.cpuMicroseconds ?? 0, cpuMicroseconds);
  return {
    process,
    release,
    cpuMs: Math.round(cpu / 1000),
    memory,
    memoryLimit,
    // One that was not known may have restarted long ago.
    restarts: before === undefined ? 0 : since(before.restarts, restarts),
  };
}

/** nginx was started again where any of its counters is lower than before. */
function countsSince(before: Traffic['took'], now: Traffic['took']): Record<string, number> {
  const isNew = Object.entries(before).some(([name, count]) => (now[name] ?? 0) < count);
  const pairs = Object.entries(now).map(([name, count]) => [name, count - (isNew ? 0 : (before[name] ?? 0))]);
  return Object.fromEntries(pairs.filter(([, count]) => count !== 0));
}

function since(before: number, now: number): number {
  return now < before ? now : now - before;
}

function ofApp(
  { containers }: HostReading,
  named: ReadonlyMap<string, NamedContainer>,
): { readonly reading: ContainerReading; readonly name: NamedContainer }[] {
  return containers
    .flatMap((reading) => {
      const name = named.get(reading.id);
      return name === undefined ? [] : [{ reading, name }];
    })
    .slice(0, maxContainersPerNode);
}

function rounded(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}
