import type { Knex } from 'knex';

/**
 * Sign-in with OpenID Connect: who somebody is to a provider, and accounts without a password. A release before takes
 * an absent password for a wrong one.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table user_identities (
      id integer generated always as identity primary key,
      user_id integer not null references users on delete cascade,
      issuer text not null,
      subject text not null,
      -- what the provider calls them, for people to know it by
      label text not null,
      created_at timestamptz not null default now(),
      last_used_at timestamptz,
      unique (issuer, subject)
    );
    create index user_identities_user_id on user_identities (user_id);
    -- of sign-ins that were finished: each is good once
    create table oidc_used_states (
      state_hash text primary key,
      expires_at timestamptz not null
    );
    alter table users alter column password_hash drop not null;
  `);
}

/** Whoever has no password gets one that nobody knows. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    update users set password_hash = '${nobodysHash}' where password_hash is null;
    alter table users alter column password_hash set not null;
    drop table oidc_used_states;
    drop table user_identities;
  `);
}

/** Of a random password that was thrown away. */
const nobodysHash =
  '$argon2id$v=19$m=19456,t=2,p=1$apHQVkQBfJnVsnxoPoYf3w$9jO403b/5BQUNsebgFjSRrZ1sqF49yIm1FLr0sJNhUI';
