import type { ContainerMeasure, MeasureRecord, NodeMeasure, Traffic } from '../store/app/measure-store.js';
import { latencyOf } from './latency.js';
import { mergeMeasures, mergeTraffic } from './measure.js';

/** A value for each step; null where nothing was measured. */
export type Values = readonly (number | null)[];

export interface TrafficSeries {
  /** A proxy's node; null: all of them together. */
  readonly proxy: string | null;
  /** Requests in a second. */
  readonly requests: Values;
  /** `2xx` -> requests in a second. */
  readonly statuses: Readonly<Record<string, Values>>;
  /** Milliseconds until the answer began. */
  readonly p50: Values;
  readonly p95: Values;
  readonly p99: Values;
}

export interface ProcessSeries {
  readonly process: string;
  /** Cores. */
  readonly cpu: Values;
  /** The most bytes that were in use. */
  readonly memory: Values;
  /** The newest that is known. */
  readonly memoryLimit: number | null;
  /** Within each step. */
  readonly restarts: Values;
}

export interface DiskSeries {
  readonly node: string;
  readonly mount: string;
  /** Share in use, 0 to 1. */
  readonly used: Values;
}

export interface MeasureSeries {
  readonly traffic: readonly TrafficSeries[];
  readonly processes: readonly ProcessSeries[];
  readonly disks: readonly DiskSeries[];
}

export interface Steps {
  readonly from: Date;
  readonly stepSeconds: number;
  readonly count: number;
}

/** What each node did in one step. */
type Step = ReadonlyMap<string, NodeMeasure>;

/** Rows of a formation as a value for each step. */
export function measureSeries(records: readonly MeasureRecord[], steps: Steps): MeasureSeries {
  const all = intoSteps(records, steps);
  const nodes = [...new Set(records.map(({ node }) => node))].sort();
  const proxies = nodes.filter((node) => all.some((step) => step.get(node)?.traffic !== undefined));
  return {
    traffic: [
      ...(proxies.length === 0 ? [] : [trafficSeries(all, proxies, null)]),
      ...proxies.map((proxy) => trafficSeries(all, [proxy], proxy)),
    ],
    processes: processNames(all).map((process) => processSeries(all, process)),
    disks: nodes.flatMap((node) => diskSeries(all, node)),
  };
}

function intoSteps(records: readonly MeasureRecord[], { from, stepSeconds, count }: Steps): Step[] {
  const steps = Array.from({ length: count }, () => new Map<string, NodeMeasure>());
  for (const { node, at, measure } of records) {
    const step = steps[Math.floor((at.getTime() - from.getTime()) / 1000 / stepSeconds)];
    const known = step?.get(node);
    step?.set(node, known === undefined ? measure : mergeMeasures(known, measure));
  }
  return steps;
}

function trafficSeries(
  all: readonly Step[],
  proxies: readonly string[],
  proxy: string | null,
): TrafficSeries {
  const measures = all.map((step) =>
    proxies.flatMap((name) => {
      const measure = step.get(name);
      return measure?.traffic === undefined ? [] : [{ seconds: measure.seconds, traffic: measure.traffic }];
    }),
  );
  const perSecond = (count: (traffic: Traffic) => number): Values =>
    measures.map((those) =>
      those.length === 0
        ? null
        : rounded(those.reduce((sum, { seconds, traffic }) => sum + count(traffic) / seconds, 0)),
    );
  const latency = (share: number): Values =>
    measures.map((those) => {
      const both = those.map(({ traffic }) => traffic).reduce<Traffic | undefined>(mergeTraffic, undefined);
      const ms = both && latencyOf(both.took, share);
      return ms === undefined ? null : rounded(ms);
    });
  const digits = ['1', '2', '3', '4', '5'];
  return {
    proxy,
    requests: perSecond(({ statuses }) => Object.values(statuses).reduce((sum, count) => sum + count, 0)),
    statuses: Object.fromEntries(
      digits.map((digit) => [`${digit}xx`, perSecond(({ statuses }) => statuses[digit] ?? 0)]),
    ),
    p50: latency(0.5),
    p95: latency(0.95),
    p99: latency(0.99),
  };
}

function processNames(all: readonly Step[]): string[] {
  const names = all.flatMap((step) =>
    [...step.values()].flatMap(({ containers }) => Object.values(containers).map(({ process }) => process)),
  );
  return [...new Set(names)].sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
}

/** During a deploy two containers are one process: their computing is added up. */
function processSeries(all: readonly Step[], process: string): ProcessSeries {
  const found = all.map((step) =>
    [...step.values()].flatMap(({ seconds, containers }) =>
      Object.values(containers)
        .filter((container) => container.process === process)
        .map((container) => ({ ...container, seconds })),
    ),
  );
  const each = (value: (those: readonly (ContainerMeasure & { seconds: number })[]) => number): Values =>
    found.map((those) => (those.length === 0 ? null : value(those)));
  return {
    process,
    cpu: each((those) => rounded(those.reduce((sum, { cpuMs, seconds }) => sum + cpuMs / 1000 / seconds, 0))),
    memory: each((those) => Math.max(...those.map(({ memory }) => memory))),
    memoryLimit: found.flat().pop()?.memoryLimit ?? null,
    restarts: each((those) => those.reduce((sum, { restarts }) => sum + restarts, 0)),
  };
}

function diskSeries(all: readonly Step[], node: string): DiskSeries[] {
  const mounts = new Set(all.flatMap((step) => Object.keys(step.get(node)?.disks ?? {})));
  return [...mounts].sort().map((mount) => ({
    node,
    mount,
    used: all.map((step) => step.get(node)?.disks[mount] ?? null),
  }));
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
