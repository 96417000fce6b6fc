import type { Call } from './call.js';

/** One `group:verb`, as its group's table lists it. */
export interface CommandSpec {
  readonly summary: string;
  /** In commander's form: `<id> [flavor] <type=num...>`. */
  readonly args?: string;
  /** `--run-list <list>` and what it means. `--run_list`, as in 2013, is the same. */
  readonly options?: readonly (readonly [flags: string, meaning: string])[];
  /** Works on a formation: takes --formation/-f and --app/-a. */
  readonly onFormation?: boolean;
  /** Prints data: takes --json. */
  readonly json?: boolean;
  /** Prints a list: takes --limit/-n, with this default. */
  readonly limit?: number;
  /** Everything from the first argument on belongs to somebody else (run). */
  readonly passThrough?: boolean;
  /** Further help, with an `Example:` at its end. */
  readonly details?: string;
  /** Resolves to an exit code where it is not 0. */
  readonly run: (call: Call) => Promise<number | void>;
}

/** A command under its name, `layers:scale`. */
export interface NamedCommand {
  readonly name: string;
  readonly spec: CommandSpec;
}

/** Verb -> command. `list` is what the group's word alone means. */
export type CommandTable = Readonly<Record<string, CommandSpec>>;
