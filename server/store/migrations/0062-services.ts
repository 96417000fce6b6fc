import type { Knex } from 'knex';

/** Ports of formations that take connections of TCP, and which of them are attached to which others. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table tcp_ports (
      formation_id integer primary key references formations on delete cascade,
      ground_id integer not null references formations on delete cascade,
      port integer not null,
      clients jsonb not null default '[]',
      neighbours jsonb not null default '[]',
      unique (ground_id, port)
    );
    create table services (
      id integer generated always as identity primary key,
      consumer_id integer not null references formations on delete cascade,
      provider_id integer not null references formations,
      variable text not null,
      address text not null,
      created_at timestamptz not null default now(),
      unique (consumer_id, variable)
    );
    create index services_provider_id on services (provider_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table services;
    drop table tcp_ports;
  `);
}
