import type { Knex } from 'knex';

/** Passkeys of users, what browsers are asked to sign with them, and which sessions they began. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table passkeys (
      id integer generated always as identity primary key,
      user_id integer not null references users on delete cascade,
      name text not null,
      -- WebAuthn's RP ID: it is good at no other
      domain text not null,
      credential_id text not null unique,
      public_key bytea not null,
      -- of uses, by the authenticator's word; one that does not count says 0
      counter bigint not null,
      transports jsonb not null,
      -- by which the authenticator names the user
      user_handle text not null,
      created_at timestamptz not null default now(),
      last_used_at timestamptz,
      unique (user_id, name)
    );
    create table passkey_challenges (
      browser_hash text primary key,
      challenge text not null,
      -- null: of a sign-in
      user_id integer unique references users on delete cascade,
      user_handle text,
      name text,
      expires_at timestamptz not null,
      check ((user_id is null) = (user_handle is null) and (user_id is null) = (name is null))
    );
    create index passkey_challenges_expires_at on passkey_challenges (expires_at);
    alter table tokens add column passkey_id integer references passkeys on delete cascade;
    create index tokens_passkey_id on tokens (passkey_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table tokens drop column passkey_id;
    drop table passkey_challenges;
    drop table passkeys;
  `);
}
