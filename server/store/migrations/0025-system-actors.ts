import type { Knex } from 'knex';

/** The controller asks for operations, too: which part of it is written down beside them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table operations add column system_actor text');
  await knex.raw(`
    alter table operations add constraint operations_actor_check
    check (requested_by is null or system_actor is null)`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table operations drop column system_actor');
}
