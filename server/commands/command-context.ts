import type { Command } from 'commander';
import { readSettings, unknownSettings, type Settings } from '../settings/settings.js';

export type Env = Readonly<Record<string, string | undefined>>;

/** What every sub-command works with. */
export interface CommandContext {
  /** The settings of the environment; `--roles` replaces DEIS_ROLES. @throws UserError with every problem */
  settings(): Settings;
  /** A sentence of each name in the environment that looks like a setting and is none. */
  readonly misspelt: readonly string[];
  /** Writes a line of the result to standard output. */
  print(line: string): void;
  /** Writes a line of progress to standard error. */
  progress(line: string): void;
}

/** Adds one sub-command, with its own options and help, to the program. */
export type AddCommand = (program: Command, context: CommandContext) => void;

/** The context of a real process. @param roles asks for `--roles` when a command reads its settings */
export function commandContext(env: Env, roles: () => string | undefined): CommandContext {
  return {
    settings: () => {
      const given = roles();
      return readSettings(given === undefined ? env : { ...env, DEIS_ROLES: given });
    },
    misspelt: unknownSettings(env).map((name) => `${name} is not a setting: see deis-controller --help`),
    print: (line) => void process.stdout.write(`${line}\n`),
    progress: (line) => void process.stderr.write(`${line}\n`),
  };
}
