import type { Knex } from 'knex';

/**
 * Attributes of a layer hold passwords now and then, so they are encrypted. Those of earlier rows stay
 * readable in the column beside, until they are changed.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table layers add column attributes_encrypted bytea');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table layers drop column attributes_encrypted');
}
