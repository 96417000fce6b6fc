import type { Knex } from 'knex';

/** What the containers of a release may use belongs to it, as its build and config do. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
  -- process type -> memory (bytes) and cpus; absent: no limit
  alter table releases add column limits jsonb not null default '{}';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table releases drop column limits');
}
