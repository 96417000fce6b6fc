import type { Database } from './database.js';

/** Connections of controllers of the release before that are open now, which name themselves so (`database.ts`). */
export async function olderConnections(database: Database): Promise<number> {
  const rows = await database('pg_stat_activity')
    .whereRaw('datname = current_database()')
    .where({ application_name: 'deis-controller' })
    .count<{ count: string }[]>({ count: '*' });
  return Number(rows[0]?.count ?? 0);
}
