import type { Knex } from 'knex';

/** How the proxies of a formation treat requests. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
  -- what is not the default
  alter table formations add column proxy_settings jsonb not null default '{}';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table formations drop column proxy_settings');
}
