import type { Knex } from 'knex';

/** What the node was last seen to do with each container. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table containers add column seen jsonb');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table containers drop column seen');
}
