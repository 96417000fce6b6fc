import type { Knex } from 'knex';

/** Periodic work that survives restarts, and where a certificate comes from. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table scheduled_jobs (
      name text primary key,
      every_ms bigint not null check (every_ms > 0),
      not_before timestamptz not null default now(),
      failures integer not null default 0,
      lease_owner text,
      lease_expires_at timestamptz,
      started_at timestamptz,
      ended_at timestamptz,
      outcome text check (outcome in ('succeeded', 'failed', 'given up')),
      error text,
      check ((lease_owner is null) = (lease_expires_at is null))
    )`);
  await knex.raw(
    `alter table certs add column source text not null default 'manual' check (source = 'manual')`,
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table certs drop column source');
  await knex.raw('drop table scheduled_jobs');
}
