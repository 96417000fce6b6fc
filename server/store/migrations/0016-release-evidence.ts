import type { Knex } from 'knex';

/** What each container that failed has left behind, kept with its release. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
  -- of the last deploy, scale or restart of it that failed
  alter table releases add column evidence jsonb not null default '[]';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table releases drop column evidence');
}
