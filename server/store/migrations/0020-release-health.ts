import type { Knex } from 'knex';

/**
 * How new containers of a release show that they are well belongs to it: the path asked for is one of its
 * code.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
  -- process type -> what is not as by default
  alter table releases add column health jsonb not null default '{}';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table releases drop column health');
}
