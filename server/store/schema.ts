import { UserError } from '../../base/errors.js';
import type { Database } from './database.js';
import { knownMigrations } from './migrate.js';
import { endingOlder } from './migrations/list.js';

/** A database's schema, as this program sees it. */
export interface Schema {
  /** No controller has begun it. */
  readonly isEmpty: boolean;
  /** Migrations of this program that have not run yet. */
  readonly pending: readonly string[];
  /** Migrations of a newer release that have run. */
  readonly newer: readonly string[];
  /** Those of them without which it cannot be served. */
  readonly needed: readonly string[];
}

/** What has run on a database, beside what this program knows. Changes nothing. */
export async function readSchema(database: Database): Promise<Schema> {
  const known = await knownMigrations();
  if (!(await database.schema.hasTable('migrations')))
    return { isEmpty: true, pending: known, newer: [], needed: [] };
  const ran = new Set<string>(await database('migrations').orderBy('id').pluck('name'));
  const needs = (await database.schema.hasTable('schema_needs'))
    ? await database('schema_needs').orderBy('migration').pluck<string[]>('migration')
    : [];
  return {
    isEmpty: false,
    pending: known.filter((name) => !ran.has(name)),
    newer: [...ran].filter((name) => !known.includes(name)),
    needed: needs.filter((name) => !known.includes(name)),
  };
}

/** Whether the release that runs now can go on when they have run. */
export function canGoOnBeside(pending: readonly string[]): boolean {
  return !pending.some((name) => endingOlder.includes(name));
}

/** @param version of this program @throws UserError where a newer release has taken away what this one uses */
export function refuseNewer({ needed }: Schema, version: string): void {
  if (needed.length > 0)
    throw new UserError(
      `this database is of a newer release: its schema needs ${needed.join(', ')}, which deis-controller ` +
        `${version} does not know. Start the newer release, or restore a backup from before it. ` +
        'Nothing was changed.',
    );
}
