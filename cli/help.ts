import type { CommandTable } from './command.js';
import { groups, type Group } from './registry.js';
import { shortcuts } from './commands/shortcuts.js';

/** What `deis help` prints. */
export function overview(): string {
  return [
    'usage: deis <group>:<command> [arguments] [options]',
    '',
    columns(Object.entries(groups).map(([name, group]) => [name, group.summary])),
    '',
    'Shortcuts:',
    columns(Object.entries(shortcuts)),
    '',
    "A group's word alone lists: `deis nodes` is `deis nodes:list`.",
    'A program deis-NAME on your PATH is a command, too: deis NAME.',
    'Help: deis help <group>, deis help <command>, or --help behind any command.',
    'Everywhere: --formation/-f NAME (or --app/-a), --json on what prints data. ' +
      'Exit codes stand in docs/cli.md.',
  ].join('\n');
}

/** What `deis help layers` prints. */
export function groupHelp(
  name: string,
  { summary, details }: Pick<Group, 'summary' | 'details'>,
  table: CommandTable,
): string {
  return [
    `${name}: ${summary}`,
    '',
    columns(
      Object.entries(table).map(([verb, spec]) => [
        [`${name}:${verb}`, spec.args ?? ''].join(' ').trimEnd(),
        spec.summary,
      ]),
    ),
    '',
    ...(details === undefined ? [] : [details, '']),
    `Options: deis help ${name}:<command>`,
  ].join('\n');
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}
