import type { Knex } from 'knex';

/** What a login or a registration made is a session: it ends when it is not used. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table tokens add column is_session boolean not null default false');
  await knex.raw(`
    update tokens set is_session = true
    where name in ('login', 'register') and scope = 'all' and expires_at is null`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table tokens drop column is_session');
}
