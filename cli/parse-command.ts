import { Command, CommanderError } from 'commander';
import type { CommandSpec } from './command.js';
import { usageError } from './terminal/errors.js';

export type ParsedCommand =
  | { readonly args: readonly string[]; readonly options: Readonly<Record<string, unknown>> }
  | { readonly help: string };

/**
 * Arguments and options of one command by its spec, or its help text when asked for. @throws CliError (usage)
 */
export function parseCommand(name: string, spec: CommandSpec, words: readonly string[]): ParsedCommand {
  const command = commanderOf(name, spec);
  try {
    command.parse(spec.passThrough === true ? [...words] : words.map(dashed), { from: 'user' });
    return { args: command.args, options: command.opts() };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { help: helpOf(name, spec) };
    throw usageError(problemOf(error, name, spec, command), `usage: deis ${name} ${command.usage()}`);
  }
}

/** What is wrong with the words, in ours. */
function problemOf(error: CommanderError, name: string, spec: CommandSpec, command: Command): string {
  const takes = `deis ${name} takes ${spec.args ?? 'none'}`;
  const [, quoted = ''] = /'([^']*)'/.exec(error.message) ?? [];
  switch (error.code) {
    case 'commander.excessArguments': {
      const extra = command.args.slice(command.registeredArguments.length);
      const words = extra.map((word) => JSON.stringify(word)).join(', ');
      return `${words} ${extra.length === 1 ? 'is one argument' : `are ${extra.length} arguments`} too many: ${takes}`;
    }
    case 'commander.missingArgument':
      return `${quoted} is missing: ${takes}`;
    case 'commander.optionMissingArgument':
      return `a value is missing: deis ${name} takes ${quoted}`;
    case 'commander.unknownOption': {
      const [, near] = /Did you mean (?:one of )?(.*)\?/.exec(error.message) ?? [];
      return `deis ${name} has no option ${quoted}${near === undefined ? '' : `: did you mean ${near}?`}`;
    }
    default:
      return error.message.replace(/^error: /, '').replace(/\n.*/s, (rest) => ` ${rest.trim()}`);
  }
}

/** Options of this form may be given several times. */
const repeatable = '<name=value>';

/** What `deis help layers:scale` prints. */
export function helpOf(name: string, spec: CommandSpec): string {
  const summary = `${spec.summary[0]?.toUpperCase()}${spec.summary.slice(1)}.`;
  const details = spec.details === undefined ? '' : `\n${spec.details}\n`;
  return `${summary}\n\n${commanderOf(name, spec).helpInformation()}${details}`;
}

function commanderOf(name: string, spec: CommandSpec): Command {
  const command = new Command(`deis ${name}`)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .helpOption('-h, --help', 'this text')
    // Without an action commander does not count arguments.
    .action(() => undefined);
  if (spec.args !== undefined) command.arguments(spec.args);
  if (spec.passThrough === true) command.passThroughOptions();
  for (const [flags, meaning] of optionsOf(spec)) {
    if (flags.endsWith(repeatable))
      command.option(flags, meaning, (value: string, before: readonly string[] | undefined) => [
        ...(before ?? []),
        value,
      ]);
    else command.option(flags, meaning);
  }
  return command;
}

/** Every option of a command, those included that it has because of what it is. */
export function optionsOf(spec: CommandSpec): readonly (readonly [flags: string, meaning: string])[] {
  return [
    ...(spec.options ?? []),
    ...(spec.limit === undefined
      ? []
      : [['-n, --limit <number>', `at most so many, default ${spec.limit}`] as const]),
    ...(spec.onFormation === true
      ? [
          ['-f, --formation <name>', 'the formation; default: that of the git remote deis'] as const,
          ['-a, --app <name>', 'the same'] as const,
        ]
      : []),
    ...(spec.json === true ? [['--json', 'data as JSON on stdout'] as const] : []),
  ];
}

/** `--run_list` -> `--run-list`: options are written with dashes now, with underscores in 2013. */
function dashed(word: string): string {
  return word.replace(/^--[a-z_]+(?==|$)/, (flag) => flag.replaceAll('_', '-'));
}
