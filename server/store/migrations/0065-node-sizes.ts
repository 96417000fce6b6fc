import type { Knex } from 'knex';

/** What the machine of a node has, as it was read there last: {"memory": bytes, "cpus": cores}. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table nodes add column size jsonb');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table nodes drop column size');
}
