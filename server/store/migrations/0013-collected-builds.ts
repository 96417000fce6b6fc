import type { Knex } from 'knex';

/** Builds whose slugs are no longer kept. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table builds
      -- no release that can be gone back to needs it; decided under the formation's lock, the files follow
      add column collected_at timestamptz;
    create index on builds (slug_path);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index builds_slug_path_idx; alter table builds drop column collected_at');
}
