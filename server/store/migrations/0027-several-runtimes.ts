import type { Knex } from 'knex';

/**
 * A build may need several language runtimes, each mounted at a place of its own. `runtime` stays for the
 * version before this one, which writes and reads it alone.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- [{name, version, mount, path, sha256, size}]; null for builds of the version before: see runtime
    alter table builds add column runtimes jsonb
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table builds drop column runtimes');
}
