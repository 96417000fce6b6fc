import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { from } from 'pg-copy-streams';
import type { Knex } from 'knex';
import type pg from 'pg';
import { measured } from '../../blobs/measured.js';
import type { Database } from '../../store/database.js';
import { migrateTo } from '../../store/migrate.js';
import type { ArchivedTable } from '../archive/archive-format.js';
import { quoted } from './database-snapshot.js';

/** What went into a table. */
export interface LoadedTable {
  readonly rows: number;
  readonly sha256: string;
}

interface ForeignKey {
  /** Quoted where it must be. */
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

/** Six hours, for whatever a server allows: see open-client.ts. */
const noLimits =
  "set local statement_timeout = '6h'; set local idle_in_transaction_session_timeout = 0; " +
  "set local lock_timeout = '60s'; set local timezone = 'UTC'";
const copyMs = 6 * 3600_000;

/** Fills a database in one transaction: it is as the archive says, or as it was. */
export class DatabaseLoad {
  #foreignKeys: readonly ForeignKey[] = [];

  private constructor(private readonly transaction: Knex.Transaction) {}

  /**
   * Makes the schema of these migrations in an empty database, and hands the load to `work`.
   * @param replace what is in it goes first
   */
  static async into<T>(
    database: Database,
    migrations: readonly string[],
    { replace }: { readonly replace: boolean },
    work: (load: DatabaseLoad) => Promise<T>,
  ): Promise<T> {
    return database.transaction(async (transaction) => {
      await transaction.raw(noLimits);
      if (replace) for (const table of await tableNames(transaction)) await dropTable(transaction, table);
      await migrateTo(transaction, migrations);
      const load = new DatabaseLoad(transaction);
      await load.#begin();
      const result = await work(load);
      await load.#end();
      return result;
    });
  }

  /** All rows of a table, as gzip of what COPY wrote. */
  async table({ name, columns }: ArchivedTable, source: Readable): Promise<LoadedTable> {
    // A transaction has one connection, which knex gives to whoever asks it.
    const client = (await (this.transaction.client as Knex.Client).acquireConnection()) as pg.Client;
    const target = client.query(from(`copy ${quoted(name)} (${columns.map(quoted).join(', ')}) from stdin`));
    const text = measured(source.pipe(createGunzip()));
    source.on('error', (error) => text.stream.destroy(error));
    await pipeline(text.stream, target, { signal: AbortSignal.timeout(copyMs) });
    return { rows: target.rowCount, sha256: text.sha256() };
  }

  /** What identity columns give next. */
  async sequences(next: Readonly<Record<string, number>>): Promise<void> {
    for (const [place, value] of Object.entries(next)) {
      const [table = '', column = ''] = place.split('.');
      await this.transaction.raw('select setval(pg_get_serial_sequence(?, ?), ?, false)', [
        quoted(table),
        column,
        value,
      ]);
    }
  }

  /** Foreign keys point both ways: they go, and are checked again when all is there. */
  async #begin(): Promise<void> {
    const { rows } = await this.transaction.raw<{ rows: ForeignKey[] }>(
      `select conrelid::regclass::text as "table", conname as name, pg_get_constraintdef(oid) as definition
       from pg_constraint where contype = 'f' and connamespace = current_schema()::regnamespace
       order by 1, 2`,
    );
    this.#foreignKeys = rows;
    for (const { table, name } of rows)
      await this.transaction.raw(`alter table ${table} drop constraint ${quoted(name)}`);
    const tables = (await tableNames(this.transaction)).filter((name) => !/^migrations(_lock)?$/.test(name));
    // Migrations may have written rows of their own.
    await this.transaction.raw(`truncate ${tables.map(quoted).join(', ')}`);
  }

  async #end(): Promise<void> {
    for (const { table, name, definition } of this.#foreignKeys)
      await this.transaction.raw(`alter table ${table} add constraint ${quoted(name)} ${definition}`);
  }
}

async function tableNames(transaction: Knex.Transaction): Promise<string[]> {
  const { rows } = await transaction.raw<{ rows: { name: string }[] }>(
    `select relname as name from pg_class
     where relnamespace = current_schema()::regnamespace and relkind = 'r' order by 1`,
  );
  return rows.map(({ name }) => name);
}

async function dropTable(transaction: Knex.Transaction, table: string): Promise<void> {
  await transaction.raw('drop table if exists ?? cascade', [table]);
}
