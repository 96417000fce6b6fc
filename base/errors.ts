/** Errors sorted by who must act. Lower layers know no HTTP status; the API's one error handler maps them. */

/** The caller gave something wrong: says the field, the value and what to do. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  /** Dotted path of the offending field, where there is one. */
  readonly field: string | undefined;

  constructor(message: string, options: { field?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.field = options.field;
  }
}

/**
 * The input names something that there is not, or that the caller may not see: a flavor, a release, a process
 * type.
 */
export class UnknownName extends UserError {
  override readonly name = 'UnknownName';
}

/** There is no such thing, or none that the caller may see. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}

/** The thing's present state forbids it (taken name, running operation). */
export class Conflict extends Error {
  override readonly name = 'Conflict';
}

/** The thing is no longer what the caller made the change from. */
export class Outdated extends Error {
  override readonly name = 'Outdated';
}

/** Known caller without the right to do it. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden';
}

/** Something on a node or in a cloud went wrong. */
export class RemoteFailure extends Error {
  override readonly name = 'RemoteFailure';
  readonly node: string;
  /** What was run, without secrets. */
  readonly command: string;
  readonly exitCode: number | null;
  /** Tail of stderr. */
  readonly stderr: string;
  /**
   * `connect`: never got in; `lost`: the connection went while running; `exit`: non-zero exit; `deadline`:
   * gave up waiting; `cancelled`.
   */
  readonly phase: 'connect' | 'host-key' | 'auth' | 'lost' | 'exit' | 'deadline' | 'cancelled';

  constructor(
    message: string,
    fields: {
      node: string;
      command?: string;
      exitCode?: number | null;
      stderr?: string;
      phase: RemoteFailure['phase'];
      cause?: unknown;
    },
  ) {
    super(message, { cause: fields.cause });
    this.node = fields.node;
    this.command = fields.command ?? '';
    this.exitCode = fields.exitCode ?? null;
    this.stderr = fields.stderr ?? '';
    this.phase = fields.phase;
  }
}

/** The machine of a node is no more, its cloud says: it never answers again, and what ran there has ended with it. */
export class MachineGone extends RemoteFailure {}

/** A cloud has not let go yet of what is to be removed: the same again, a little later, may remove it. */
export class StillHeld extends RemoteFailure {}

/** What anything thrown says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The same with a name before it, once. */
export function namedMessage(name: string, error: unknown): string {
  const message = messageOf(error);
  return message.startsWith(`${name}: `) || message.startsWith(`${name} `) ? message : `${name}: ${message}`;
}
