import type { Readable } from 'node:stream';
import type pg from 'pg';
import { to } from 'pg-copy-streams';
import type { ArchivedTable } from '../archive/archive-format.js';
import { withClient } from './open-client.js';

/**
 * Which migrations ran is written apart: knex makes these tables itself. Measures are many, and nobody needs those of
 * before to run an app.
 */
const notCopied = ['migrations', 'migrations_lock', 'node_measures', 'node_readings'];

/** A release, for people. */
export interface NamedRelease {
  readonly formation: string;
  readonly version: number;
  /** It is what the formation runs. */
  readonly isLive: boolean;
}

/** One moment of a database, however long it is read. */
export class DatabaseSnapshot {
  constructor(private readonly client: pg.Client) {}

  /** Names of the migrations that ran, in their order. */
  async migrations(): Promise<string[]> {
    const { rows } = await this.client.query<{ name: string }>('select name from migrations order by id');
    return rows.map(({ name }) => name);
  }

  async tables(): Promise<ArchivedTable[]> {
    const { rows } = await this.client.query<{ name: string; columns: string[] }>(
      `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
       from pg_class c join pg_attribute a on a.attrelid = c.oid
       where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relname <> all($1)
         and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
       group by c.relname order by c.relname`,
      [notCopied],
    );
    return rows;
  }

  /** All rows, as COPY writes them. `rowCount` is known when it has ended. */
  copy({ name, columns }: ArchivedTable): Readable & { readonly rowCount: number } {
    return this.client.query(to(`copy ${quoted(name)} (${columns.map(quoted).join(', ')}) to stdout`));
  }

  /**
   * The next value of each identity column, `table.column`. Sequences stand outside of snapshots: what they gave
   * away since is passed over, never given twice.
   */
  async sequences(): Promise<Record<string, number>> {
    const { rows } = await this.client.query<{ name: string; sequence: string }>(
      `select table_name || '.' || column_name as name,
         pg_get_serial_sequence(quote_ident(table_name), column_name) as sequence
       from information_schema.columns
       where table_schema = current_schema() and is_identity = 'YES' order by 1`,
    );
    const all: Record<string, number> = {};
    for (const { name, sequence } of rows) {
      const { rows: values } = await this.client.query<{ next: number }>(
        `select case when is_called then last_value + 1 else last_value end as next from ${sequence}`,
      );
      all[name] = Number(values[0]!.next);
    }
    return all;
  }

  /** The sealed value that a master key is tried with; undefined in a database that no controller has opened. */
  async sealed(fact: string): Promise<Buffer | undefined> {
    const { rows } = await this.client.query<{ value_encrypted: Buffer }>(
      'select value_encrypted from instance_facts where key = $1',
      [fact],
    );
    return rows[0]?.value_encrypted;
  }

  /** Keys of the slugs and runtimes that builds name. */
  async keptPaths(): Promise<string[]> {
    const { rows } = await this.client.query<{ path: string | null }>(
      `with kept as (select * from builds where kind = 'slug' and collected_at is null)
       select slug_path as path from kept union select runtime->>'path' from kept
       union select each->>'path' from kept, jsonb_array_elements(coalesce(runtimes, '[]')) each`,
    );
    return rows.flatMap(({ path }) => path ?? []);
  }

  /** Releases whose builds name these slugs or runtimes, by key: live ones first, then by formation, newest first. */
  async releasesOf(paths: readonly string[]): Promise<Map<string, NamedRelease[]>> {
    const { rows } = await this.client.query<NamedRelease & { readonly path: string }>(
      `with kept as (select * from builds where kind = 'slug' and collected_at is null),
         named as (
           select id, slug_path as path from kept union select id, runtime->>'path' from kept
           union select id, each->>'path' from kept, jsonb_array_elements(coalesce(runtimes, '[]')) each)
       select distinct named.path, coalesce(r.id = f.live_release_id, false) as "isLive", f.name as formation, r.version
       from named join releases r on r.build_id = named.id join formations f on f.id = r.formation_id
       where named.path = any($1) order by 1, 2 desc, 3, 4 desc`,
      [paths],
    );
    const found = new Map<string, NamedRelease[]>();
    for (const { path, ...release } of rows) found.set(path, [...(found.get(path) ?? []), release]);
    return found;
  }

  /** Images of the registry that builds name. */
  async keptImages(): Promise<{ readonly formation: string; readonly id: string }[]> {
    const { rows } = await this.client.query<{ formation: string; id: string }>(
      `select distinct f.name as formation, b.image_digest as id
       from builds b join formations f on f.id = b.formation_id
       where b.kind = 'image' and b.collected_at is null order by 1, 2`,
    );
    return rows;
  }
}

/** Reads the database at one moment; nothing that reads or writes it waits for that. */
export function withSnapshot<T>(url: string, work: (snapshot: DatabaseSnapshot) => Promise<T>): Promise<T> {
  return withClient(url, async (client) => {
    await client.query('begin isolation level repeatable read read only');
    return work(new DatabaseSnapshot(client));
  });
}

/** A name as SQL takes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
