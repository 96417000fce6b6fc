import type { Knex } from 'knex';
import * as formations from './0001-formations.js';
import * as releases from './0002-releases.js';
import * as operations from './0003-operations.js';

/** All migrations in order. No question mark in their SQL: knex.raw takes it for a binding. Names carry no extension: knex stores them, and `.ts` and `.js` would differ. */
const migrations: Readonly<Record<string, Knex.Migration>> = {
  '0001-formations': formations,
  '0002-releases': releases,
  '0003-operations': operations,
};

/** knex's migration source over the explicit list above. */
export const migrationSource: Knex.MigrationSource<string> = {
  getMigrations: () => Promise.resolve(Object.keys(migrations)),
  getMigrationName: (name) => name,
  getMigration: (name) => Promise.resolve(migrations[name]!),
};
