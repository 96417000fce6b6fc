import { Conflict } from '../../base/errors.js';

/** PostgreSQL's `unique_violation`, https://www.postgresql.org/docs/current/errcodes-appendix.html */
const uniqueViolation = '23505';
const foreignKeyViolation = '23503';
const restrictViolation = '23001';

/** Awaits a write and turns a taken unique value into a Conflict with this text. */
export async function conflictWhenTaken<T>(write: PromiseLike<T>, message: string): Promise<T> {
  return conflictOn([uniqueViolation], write, message);
}

/** Awaits a delete and turns "somebody still refers to it" into a Conflict with this text. */
export async function conflictWhenUsed<T>(write: PromiseLike<T>, message: string): Promise<T> {
  return conflictOn([foreignKeyViolation, restrictViolation], write, message);
}

async function conflictOn<T>(codes: readonly string[], write: PromiseLike<T>, message: string): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof Error && 'code' in error && codes.includes(String(error.code)))
      throw new Conflict(message, { cause: error });
    throw error;
  }
}
