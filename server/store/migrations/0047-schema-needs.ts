import type { Knex } from 'knex';

/**
 * Migrations that ran and that a program must know to serve the schema, because they took away what the release before
 * uses (`endsOlder` in the list). Most add: the release before goes on beside them, and can be gone back to.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table schema_needs (
      migration text primary key
    )`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table schema_needs');
}
