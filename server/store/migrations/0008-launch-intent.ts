import type { Knex } from 'knex';

/** What a provider wrote down before it asked the cloud for a node's machine. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table nodes add column launch_intent jsonb');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table nodes drop column launch_intent');
}
