import type { Knex } from 'knex';

/** Sessions of browsers are tokens that only a cookie may carry, and that end however much they are used. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table tokens add column is_browser boolean not null default false');
  await knex.raw(`
    alter table tokens add constraint tokens_browser_session
    check (not is_browser or (is_session and expires_at is not null and scope = 'all'))`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('delete from tokens where is_browser');
  await knex.raw('alter table tokens drop column is_browser');
}
