import type { Knex } from 'knex';
import type { Database } from './database.js';
import { endingOlder, migrationSource, onlyMigrations } from './migrations/list.js';

/**
 * Brings the schema up to date; returns the names of the migrations that ran. Of several controllers that
 * start at once one migrates while the others wait. knex's own lock is a row that outlives a killed migrator:
 * ours ends with its connection, and whoever holds it may clear the row.
 */
export async function migrate(database: Database): Promise<string[]> {
  return database.transaction(async (lock) => {
    await lock.raw('select pg_advisory_xact_lock(hashtext(?))', ['deis:migrate']);
    await database.migrate.forceFreeMigrationsLock();
    const [, names] = (await database.migrate.latest()) as [number, string[]];
    const ending = names.filter((name) => endingOlder.includes(name));
    if (ending.length > 0) await database('schema_needs').insert(ending.map((migration) => ({ migration })));
    return names;
  });
}

/** Names of all migrations of this program, in their order. */
export async function knownMigrations(): Promise<string[]> {
  return (await migrationSource.getMigrations([])).map((each) => migrationSource.getMigrationName(each));
}

/** Makes, in a transaction on an empty database, the schema that it had when these migrations had run. */
export async function migrateTo(transaction: Knex.Transaction, names: readonly string[]): Promise<void> {
  await transaction.migrate.latest({ migrationSource: onlyMigrations(names), disableTransactions: true });
}
