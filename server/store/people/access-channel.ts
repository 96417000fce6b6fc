import type { Database } from '../database.js';

/**
 * NOTIFY channel: what somebody may do has changed (a role, a token, a password, an owner). Payload: the id
 * of that user, or nothing when it may be anybody.
 */
export const accessChannel = 'deis_access';

/** Within a transaction it is told when that has committed. */
export async function tellAccessChanged(database: Database, userId?: number): Promise<void> {
  await database.raw('select pg_notify(?, ?)', [accessChannel, userId === undefined ? '' : String(userId)]);
}
