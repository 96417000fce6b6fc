import type { Knex } from 'knex';

/** Which sessions an account of a provider began: they end when it is unlinked. Those from before do not know. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table tokens add column identity_id integer references user_identities on delete cascade;
    create index tokens_identity_id on tokens (identity_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table tokens drop column identity_id');
}
