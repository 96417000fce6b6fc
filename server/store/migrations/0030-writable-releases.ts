import type { Knex } from 'knex';

/** Containers of releases from now on may write below /app; those that run stay as they are. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table releases add column writable boolean not null default false');
  await knex.raw('alter table releases alter column writable set default true');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table releases drop column writable');
}
