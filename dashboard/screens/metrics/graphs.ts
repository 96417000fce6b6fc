import type { Metrics } from '../../api/types.js';
import { amountIn, type Unit } from './units.js';

type Values = readonly (number | null)[];

/** One line of a graph, with what it is now and was at most, in words. */
export interface Line {
  readonly label: string;
  readonly values: Values;
  readonly now: string;
  readonly most: string;
}

export interface Graph {
  readonly title: string;
  readonly unit: Unit;
  readonly lines: readonly Line[];
}

/** A moment that a release went live, in seconds of Unix time. */
export interface Marker {
  readonly at: number;
  readonly label: string;
}

/** Lines in one graph; further ones would not be told apart. */
export const maxLines = 12;

/** The graphs of a formation: those that have a value. Lines beyond `maxLines` are the least of their graph. */
export function graphsOf({ traffic, processes, disks }: Metrics): Graph[] {
  const all = traffic.find(({ proxy }) => proxy === null);
  const graphs: Graph[] = [
    graph('Requests per second', 'per second', [['all', all?.requests ?? []]]),
    graph('Answers per second by class', 'per second', Object.entries(all?.statuses ?? {})),
    latencyGraph(all?.requests ?? [], [
      ['p50', all?.p50_ms ?? []],
      ['p95', all?.p95_ms ?? []],
      ['p99', all?.p99_ms ?? []],
    ]),
    graph(
      'Processor',
      'cores',
      processes.map(({ process, cpu }) => [process, cpu] as const),
    ),
    graph(
      'Memory',
      'bytes',
      processes.map(({ process, memory }) => [process, memory] as const),
    ),
    graph(
      'Restarts',
      'times',
      processes.map(({ process, restarts }) => [process, restarts] as const),
    ),
    graph(
      'Disks',
      'share',
      disks.map(({ node, mount, used }) => [`${node} ${mount}`, used] as const),
    ),
  ];
  return graphs.filter(({ lines }) => lines.length > 0);
}

/** The moments of the steps, in seconds of Unix time. */
export function timesOf({ from, step_seconds: step, steps }: Metrics): number[] {
  const first = Date.parse(from) / 1000;
  return Array.from({ length: steps }, (_, place) => first + place * step);
}

export function markersOf({ releases }: Metrics): Marker[] {
  return releases.map(({ version, live_at: at }) => ({ at: Date.parse(at) / 1000, label: `v${version}` }));
}

type Given = readonly (readonly [label: string, values: Values])[];

/** A step without a request has no latency: an older one's is not that of now. */
function latencyGraph(requests: Values, given: Given): Graph {
  const latency = graph('Latency', 'ms', given);
  const now = requests.findLastIndex((value) => value !== null);
  const nowOf = (values: Values): string => {
    const value = values[now] ?? null;
    return value === null ? '-' : amountIn('ms', value);
  };
  return { ...latency, lines: latency.lines.map((line) => ({ ...line, now: nowOf(line.values) })) };
}

function graph(title: string, unit: Unit, given: Given): Graph {
  const lines = given
    .filter(([, values]) => values.some((value) => value !== null))
    .sort(([, one], [, other]) => mostOf(other) - mostOf(one))
    .slice(0, maxLines)
    .sort(([one], [other]) => one.localeCompare(other, 'en', { numeric: true }))
    .map(([label, values]) => {
      const now = values.findLast((value) => value !== null) ?? 0;
      return { label, values, now: amountIn(unit, now), most: amountIn(unit, mostOf(values)) };
    });
  return { title, unit, lines };
}

function mostOf(values: Values): number {
  return Math.max(0, ...values.flatMap((value) => value ?? []));
}
