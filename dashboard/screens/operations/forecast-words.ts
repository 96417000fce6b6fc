import type { Operation } from '../../api/types.js';

/** What a converge would change on a node. */
export interface NodeForecast {
  readonly node: string;
  readonly layer: string;
  readonly outcome: 'in-sync' | 'drifted' | 'unknown';
  /** A resource without a diff holds what is secret. */
  readonly changes: readonly { readonly resource: string; readonly diff?: string }[];
  readonly error: string | null;
}

export interface Forecast {
  readonly nodes: readonly NodeForecast[];
  readonly changes: number;
}

/** What a plan has found; undefined of other operations, and before its end. */
export function forecastOf({ kind, result }: Pick<Operation, 'kind' | 'result'>): Forecast | undefined {
  return kind === 'why-run' && Array.isArray(result?.['nodes']) ? (result as unknown as Forecast) : undefined;
}

export function inWords({ nodes, changes }: Forecast): string {
  const count = (outcome: NodeForecast['outcome']): number =>
    nodes.filter((node) => node.outcome === outcome).length;
  const [drifted, unknown] = [count('drifted'), count('unknown')];
  if (drifted + unknown === 0) return `Nothing on any of its ${nodes.length} nodes.`;
  return [
    `${changes} resources on ${drifted} of ${nodes.length} nodes.`,
    ...(unknown === 0 ? [] : [`${unknown} could not be looked at.`]),
  ].join(' ');
}

/** The class of a line of a diff. */
export function lookOf(line: string): string {
  if (line.startsWith('+')) return 'ink-green';
  if (line.startsWith('-')) return 'ink-red';
  return line.startsWith('@@') ? 'ink-cyan' : '';
}
