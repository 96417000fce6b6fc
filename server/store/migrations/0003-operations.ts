import type { Knex } from 'knex';

const tables = `
  create table operations (
    id uuid primary key,
    -- order of acceptance; operations of one formation and lane run in it
    seq bigint generated always as identity unique,
    formation_id integer references formations on delete set null,
    -- kept when the formation is gone
    formation_name text not null,
    kind text not null,
    params jsonb not null default '{}',
    -- 'formation' is the formation's order; 'retire' stands outside it
    lane text not null default 'formation',
    state text not null default 'queued'
      check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'superseded')),
    requested_by integer references users on delete set null,
    step text,
    attempts integer not null default 0,
    lease_owner text,
    lease_expires_at timestamptz,
    heartbeat_at timestamptz,
    not_before timestamptz,
    cancel_requested_at timestamptz,
    -- {message, and node, exitCode, ... where known} of the failure
    error jsonb,
    result jsonb,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz
  );
  create index operations_unfinished on operations (formation_id, lane, seq) where state in ('queued', 'running');
  create index on operations (formation_id, seq desc);
  create table operation_events (
    id bigint generated always as identity primary key,
    operation_id uuid not null references operations on delete cascade,
    at timestamptz not null default now(),
    -- step-started, step-ended, line, heartbeat, end
    type text not null,
    data jsonb not null
  );
  create index on operation_events (operation_id, id);
  create table instance_facts (
    key text primary key,
    value_encrypted bytea not null,
    created_at timestamptz not null default now()
  );
`;

/** Durable ordered work and the facts of this instance. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(tables);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table instance_facts, operation_events, operations');
}
