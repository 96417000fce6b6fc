import type { Knex } from 'knex';

/**
 * What the proxies of a formation are told: names, certificates, and whether the app is under maintenance.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
  create table domains (
    id integer generated always as identity primary key,
    formation_id integer not null references formations on delete cascade,
    -- one formation alone answers to a name, whosoever's it is
    name text not null unique,
    created_at timestamptz not null default now()
  );
  create index domains_formation_id_idx on domains (formation_id);
  create table certs (
    id integer generated always as identity primary key,
    formation_id integer not null references formations on delete cascade,
    name text not null,
    -- PEM, leaf first
    certificate text not null,
    key_encrypted bytea not null,
    -- SHA-256 of the leaf, and the names it is good for
    fingerprint text not null,
    domains jsonb not null,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    unique (formation_id, name)
  );
  alter table formations add column maintenance boolean not null default false;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table formations drop column maintenance; drop table certs; drop table domains;');
}
