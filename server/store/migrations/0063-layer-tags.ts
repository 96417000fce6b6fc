import type { Knex } from 'knex';

/** What nodes of a layer have, and process types may ask for; what these ask for stands with their release. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`alter table layers add column tags jsonb not null default '{}'`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table layers drop column tags');
}
