import type { Knex } from 'knex';

const orders = `
    create table auto_cert_orders (
      id integer generated always as identity primary key,
      formation_id integer not null references auto_certs on delete cascade,
      -- of the certificate that it becomes
      name text not null,
      domains jsonb not null,
      -- of the order that is under way
      order_url text,
      key_encrypted bytea,
      failures integer not null default 0,
      not_before timestamptz,
      -- the CA has asked to be left alone until then
      is_held boolean not null default false,
      last_attempt_at timestamptz,
      last_error text,
      renew_at timestamptz,
      renewal_by text check (renewal_by in ('ca', 'lifetime')),
      explanation text,
      ask_renewal_at timestamptz,
      -- what brings the newest certificate to the proxies
      operation_id uuid,
      unique (formation_id, name),
      check ((order_url is null) = (key_encrypted is null))
    )`;

/** Certificates that the controller orders itself: its accounts, for which formations, and how far each is. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table certs drop constraint certs_source_check;
    alter table certs add constraint certs_source_check check (source in ('manual', 'acme', 'generated'));
    create table acme_accounts (
      id integer generated always as identity primary key,
      -- URL of the CA's directory
      directory text not null unique,
      key_encrypted bytea not null,
      -- of the key (RFC 7638): proxies answer with it
      thumbprint text not null,
      -- what the CA calls the account, once it knows it
      url text,
      created_at timestamptz not null default now()
    );
    create table auto_certs (
      formation_id integer primary key references formations on delete cascade,
      account_id integer not null references acme_accounts,
      -- name -> what speaks against it, and when it is looked at again
      problems jsonb not null default '{}',
      look_at timestamptz not null,
      created_at timestamptz not null default now()
    );
    create index auto_certs_look_at on auto_certs (look_at);
    `);
  await knex.raw(orders);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table auto_cert_orders; drop table auto_certs; drop table acme_accounts');
  await knex.raw("update certs set source = 'manual'");
  await knex.raw('alter table certs drop constraint certs_source_check');
  await knex.raw("alter table certs add constraint certs_source_check check (source = 'manual')");
}
