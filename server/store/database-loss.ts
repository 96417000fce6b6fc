import type { Knex } from 'knex';

/** Errors of a database that was lost while it was asked: not of its answers, nor of anything else. */
const lost = new WeakSet<Error>();

/**
 * SQLSTATEs that say that it cannot be used now: connection exceptions, too few resources (connections, disk),
 * shutdowns, a start, and of a former primary that it only follows. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const notNow = /^(08...|53...|57P0[1235]|25006)$/;

/** Has `isDatabaseLost` know the errors of this pool. */
export function noteLosses(database: Knex): void {
  const client = database.client as { acquireRawConnection(): Promise<unknown> };
  const connect = client.acquireRawConnection.bind(client);
  client.acquireRawConnection = () =>
    connect().catch((error: unknown) => {
      note(error);
      throw error;
    });
  database.on('query-error', note);
}

/**
 * Whether this is no failure of what was done, but the end of a connection to the database: killed, restarted, or
 * promoted elsewhere. What was under way is then as after a death of this process: done or not, and to be looked at.
 */
export function isDatabaseLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return lost.has(error) || error.name === 'KnexTimeoutError' || isDatabaseLost(error.cause);
}

/** Whether the server says that it cannot be used now. */
export function isNotNow(error: unknown): boolean {
  return notNow.test(codeOf(error));
}

/**
 * Whether the server answered what was asked: a SQLSTATE has five characters, as has the system's EPIPE, which is the
 * end of a connection.
 */
export function isDatabaseAnswer(error: unknown): boolean {
  const code = codeOf(error);
  return /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]+$/.test(code) && !notNow.test(code);
}

function note(error: unknown): void {
  if (error instanceof Error && !isDatabaseAnswer(error)) lost.add(error);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
