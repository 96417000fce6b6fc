import { isDatabaseLost } from '../store/database-loss.js';

/** Somebody asked to cancel the operation. */
export class OperationCancelled extends Error {
  override readonly name = 'OperationCancelled';
}

/** A step ran out of time. */
export class OperationDeadline extends Error {
  override readonly name = 'OperationDeadline';
}

/** Newer desired state made the operation needless; it ends as `superseded`. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

/** A failure with more to keep than its message: evidence such as the last log lines. Never a secret. */
export class OperationFailure extends Error {
  override readonly name = 'OperationFailure';
  readonly details: Readonly<Record<string, unknown>>;
  /** What is too much for the operation's row; whoever catches it may keep it elsewhere. */
  readonly evidence: readonly Readonly<Record<string, unknown>>[];

  constructor(
    message: string,
    details: Readonly<Record<string, unknown>>,
    {
      evidence = [],
      ...options
    }: { cause?: unknown; evidence?: readonly Readonly<Record<string, unknown>>[] } = {},
  ) {
    super(message, options);
    this.details = details;
    this.evidence = evidence;
  }
}

/** The operation goes on elsewhere: this worker must leave everything as it is. */
export class Handover extends Error {
  override readonly name = 'Handover';
}

/**
 * Whether this is no failure but a handover: a handler then rethrows without cleaning up or recording
 * anything. A database that was lost is one, too: what was under way there is carried on when it is back.
 */
export function isHandover(error: unknown): boolean {
  if (error instanceof Handover || (error instanceof Error && error.cause instanceof Handover)) return true;
  return isDatabaseLost(error);
}
