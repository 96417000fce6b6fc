import type { Forecast, NodeForecast } from '../controller/infrastructure-types.js';
import type { Call } from '../call.js';
import { carryOutQuietly } from './carry-out.js';
import { CliError, exitCodes } from '../terminal/errors.js';
import { printable, withoutControls } from '../terminal/format.js';
import type { Output } from '../terminal/output.js';

/**
 * What a converge would change on each node, as the controller has just found out; shown live on stderr
 * meanwhile.
 */
export async function forecastOf(call: Call): Promise<Forecast> {
  const { result } = await carryOutQuietly(call, await call.formationPath('converge'), { why_run: true });
  return result as unknown as Forecast;
}

/** Prints the forecast as a coloured diff and ends as its options say. @throws CliError */
export async function showForecast(call: Call): Promise<void> {
  const forecast = await forecastOf(call);
  call.print(
    forecast,
    ({ nodes }) =>
      nodes.map((node) => nodeText(node, call.output.colours)).join('\n') || 'There are no nodes',
  );
  endAsForecast(call, forecast);
}

/**
 * @throws CliError when a node could not be looked at (1), or with --exit-code when something would change
 * (7)
 */
export function endAsForecast(call: Call, { nodes, changes }: Forecast): void {
  const unknown = nodes.filter(({ outcome }) => outcome === 'unknown');
  if (unknown.length > 0)
    throw new CliError('not all nodes could be looked at', exitCodes.failed, {
      details: unknown.map(({ node, error }) => error ?? node),
    });
  if (changes > 0 && call.flag('exitCode'))
    throw new CliError(`${changes} resource${changes === 1 ? '' : 's'} would change`, exitCodes.changes);
}

function nodeText(
  { node, layer, outcome, changes, error }: NodeForecast,
  colours: Output['colours'],
): string {
  const heading = colours.bold(`${printable(node)} (${printable(layer)})`);
  if (outcome === 'unknown')
    return `${heading}: ${colours.red('unknown')}: ${withoutControls(error ?? 'no answer')}`;
  if (changes.length === 0) return `${heading}: nothing would change`;
  return [
    `${heading}: ${changes.length} would change`,
    ...changes.flatMap((change) => changeLines(change, colours)),
  ].join('\n');
}

function changeLines(
  { resource, diff }: NodeForecast['changes'][number],
  colours: Output['colours'],
): string[] {
  const lines = diff === undefined ? [] : withoutControls(diff).trimEnd().split('\n');
  return [
    `  ${colours.yellow('~')} ${printable(resource)}${diff === undefined ? ' (not shown)' : ''}`,
    ...lines.map((line) => `      ${coloured(line, colours)}`),
  ];
}

function coloured(line: string, colours: Output['colours']): string {
  if (line.startsWith('+')) return colours.green(line);
  if (line.startsWith('-')) return colours.red(line);
  return line.startsWith('@@') ? colours.cyan(line) : line;
}
