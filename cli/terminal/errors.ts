/** What `deis` exits with. docs/cli.md lists them; scripts rely on them. */
export const exitCodes = {
  ok: 0,
  /** An operation failed, or something on a node or in the controller went wrong. */
  failed: 1,
  /** The command line, or a value in it, is wrong. */
  usage: 2,
  /** Not logged in, or not allowed. */
  auth: 3,
  notFound: 4,
  /** No answer from the controller. */
  unreachable: 5,
  /** The present state forbids it: a taken name, an operation under way. */
  conflict: 6,
  /** With --exit-code: nodes are not what they must be. */
  changes: 7,
  /** Ctrl-C, as shells count it: 128 + SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends the command with a message for the person at the terminal and an exit code for scripts. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;
  /** Lines below the message: what to do next, or the evidence. */
  readonly details: readonly string[];
  /** What the controller calls the problem: `code-needed`. */
  readonly kind: string | undefined;

  constructor(
    message: string,
    exitCode: ExitCode,
    options: { details?: readonly string[]; kind?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.exitCode = exitCode;
    this.details = options.details ?? [];
    this.kind = options.kind;
  }
}

/** The command line is wrong; `details` say how it is right. */
export function usageError(message: string, ...details: string[]): CliError {
  return new CliError(message, exitCodes.usage, { details });
}
