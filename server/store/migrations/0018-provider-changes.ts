import type { Knex } from 'knex';

/** When a provider's credentials were last replaced. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table providers add column updated_at timestamptz;
    update providers set updated_at = created_at;
    alter table providers alter column updated_at set default now(), alter column updated_at set not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table providers drop column updated_at');
}
