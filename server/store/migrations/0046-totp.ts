import type { Knex } from 'knex';

/** A second step of signing in: secrets of authenticator apps, and codes for who has lost theirs. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table user_totp (
      user_id integer primary key references users on delete cascade,
      secret_encrypted bytea not null,
      created_at timestamptz not null default now(),
      -- null until the first code was right: nothing is asked for before
      confirmed_at timestamptz,
      -- of the code that was used last: it is good once
      last_step bigint
    )`);
  await knex.raw(`
    create table recovery_codes (
      user_id integer not null references user_totp on delete cascade,
      code_hash text not null,
      primary key (user_id, code_hash)
    )`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table recovery_codes');
  await knex.raw('drop table user_totp');
}
