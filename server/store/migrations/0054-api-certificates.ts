import type { Knex } from 'knex';

/** The certificate of the API that the controller orders itself, by its domain, and how far it is. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table api_certificates (
      domain text primary key,
      -- URL of the directory of the CA
      directory text not null,
      certificate text,
      key_encrypted bytea,
      fingerprint text,
      expires_at timestamptz,
      -- of the order that is under way
      order_url text,
      order_key_encrypted bytea,
      -- in a row, for the same reason
      failures integer not null default 0,
      setback text,
      not_before timestamptz,
      last_attempt_at timestamptz,
      last_error text,
      renew_at timestamptz,
      renewal_by text check (renewal_by in ('ca', 'lifetime')),
      explanation text,
      ask_renewal_at timestamptz,
      check ((order_url is null) = (order_key_encrypted is null)),
      check (num_nulls(certificate, key_encrypted, fingerprint, expires_at) in (0, 4))
    )
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table api_certificates');
}
