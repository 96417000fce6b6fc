import { bytes, table, type Cell } from '../../terminal/format.js';
import { lastOf, markerLine, maxOf, sparkline } from '../../terminal/sparkline.js';

type Values = readonly (number | null)[];

/** What the API answers. */
export interface Metrics {
  readonly from: string;
  readonly to: string;
  readonly step_seconds: number;
  readonly steps: number;
  readonly traffic: readonly {
    readonly proxy: string | null;
    readonly requests: Values;
    readonly statuses: Readonly<Record<string, Values>>;
    readonly p50_ms: Values;
    readonly p95_ms: Values;
    readonly p99_ms: Values;
  }[];
  readonly processes: readonly {
    readonly process: string;
    readonly cpu: Values;
    readonly memory: Values;
    readonly memory_limit: number | null;
    readonly restarts: Values;
  }[];
  readonly disks: readonly { readonly node: string; readonly mount: string; readonly used: Values }[];
  readonly releases: readonly {
    readonly version: number;
    readonly summary: string;
    readonly live_at: string;
  }[];
}

type Row = readonly [what: string, line: string, now: Cell, most: Cell];

/** Lines of one value over time, with the releases below them, and a table of restarts, limits and disks. */
export function drawMetrics(metrics: Metrics): string {
  const rows = [...trafficRows(metrics), ...processRows(metrics)];
  if (rows.length === 0)
    return 'Nothing was measured in this time: containers and proxies are read from when they are in service';
  const label = Math.max(...rows.map(([what]) => what.length), 'releases'.length);
  const cells = table(
    ['', '', 'NOW', 'MOST'],
    rows.map(([what, line, now, most]) => [what, line, now, most]),
  ).split('\n');
  const marks = markerLine(metrics.steps, markersOf(metrics));
  return [
    `${metrics.from} to ${metrics.to}, a column is ${stepText(metrics.step_seconds)}`,
    // The headers of the first two columns are dashes to the table.
    (cells[0] ?? '').replace(/^- +- /, (text) => ' '.repeat(text.length)),
    ...cells.slice(1),
    ...(marks === '' ? [] : [`${'releases'.padEnd(label)}  ${marks}`]),
    ...restOf(metrics),
  ].join('\n');
}

function trafficRows({ traffic }: Metrics): Row[] {
  return traffic
    .filter(({ proxy }) => proxy === null || traffic.length > 2)
    .flatMap(({ proxy, requests, statuses, p50_ms: p50, p95_ms: p95, p99_ms: p99 }) => {
      const name = (what: string): string => (proxy === null ? what : `${proxy} ${what}`);
      const row = (what: string, values: Values, show: (value: number) => string): Row => [
        name(what),
        sparkline(values),
        shown(values, show),
        show(maxOf(values)),
      ];
      const now = requests.findLastIndex((value) => value !== null);
      // A step without a request has no latency: an older one's is not that of now.
      const latency = (what: string, values: Values): Row => [
        name(what),
        sparkline(values),
        shown(values.slice(now, now + 1), milliseconds),
        lastOf(values) === null ? null : milliseconds(maxOf(values)),
      ];
      const errors = (['4xx', '5xx'] as const).filter((each) => maxOf(statuses[each] ?? []) > 0);
      return [
        row('requests/s', requests, rate),
        ...errors.map((each) => row(`${each}/s`, statuses[each] ?? [], rate)),
        latency('p50', p50),
        latency('p95', p95),
        latency('p99', p99),
      ];
    });
}

function processRows({ processes }: Metrics): Row[] {
  return processes.flatMap(({ process, cpu, memory, memory_limit: limit }): Row[] => [
    [`${process} cpu`, sparkline(cpu), shown(cpu, cores), cores(maxOf(cpu))],
    [
      `${process} memory`,
      sparkline(memory, limit ?? undefined),
      shown(memory, bytes),
      `${bytes(maxOf(memory))}${limit === null ? '' : ` of ${bytes(limit)}`}`,
    ],
  ]);
}

/** What is no line: restarts where there were any, and disks. */
function restOf({ processes, disks }: Metrics): string[] {
  const restarts = processes
    .map(({ process, restarts: values }) => [
      process,
      values.reduce<number>((sum, each) => sum + (each ?? 0), 0),
    ])
    .filter(([, count]) => count !== 0);
  const used = disks.map(({ node, mount, used: values }) => [
    node,
    mount,
    shown(values, percent),
    percent(maxOf(values)),
  ]);
  return [
    ...(restarts.length === 0 ? [] : ['', table(['PROCESS', 'RESTARTS'], restarts as Cell[][])]),
    ...(used.length === 0 ? [] : ['', table(['NODE', 'DISK', 'USED', 'MOST'], used)]),
  ];
}

function markersOf({ from, step_seconds: step, releases }: Metrics): { column: number; label: string }[] {
  return releases.map(({ version, live_at: at }) => ({
    column: Math.floor((Date.parse(at) - Date.parse(from)) / 1000 / step),
    label: `v${version}`,
  }));
}

function shown(values: Values, show: (value: number) => string): Cell {
  const last = lastOf(values);
  return last === null ? null : show(last);
}

const rate = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
const cores = (value: number): string => `${value.toFixed(value > 0 && value < 0.1 ? 4 : 2)} cores`;
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
const milliseconds = (value: number): string =>
  value >= 1000 ? `${(value / 1000).toFixed(1)} s` : `${value.toFixed(0)} ms`;

function stepText(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
