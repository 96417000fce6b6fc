import type { Knex } from 'knex';

/** The language runtime of a build, apart from its slug. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- {path, sha256, size} of what containers get at /app/.deis/node; null for none, or one within the slug
    alter table builds add column runtime jsonb
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table builds drop column runtime');
}
