import type { Forecast, NodeForecast, Operation } from '../../api/types.js';

/** What a plan has found; undefined of other operations, and before its end. */
export function forecastOf({ kind, result }: Pick<Operation, 'kind' | 'result'>): Forecast | undefined {
  return kind === 'why-run' && Array.isArray(result?.['nodes']) ? (result as Forecast) : undefined;
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
