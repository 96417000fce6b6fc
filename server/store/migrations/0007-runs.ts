import type { Knex } from 'knex';

const tables = `
  create table runs (
    id uuid primary key,
    formation_id integer not null references formations on delete cascade,
    -- run.1, run.2, ...
    num integer not null,
    node_id uuid not null references nodes on delete cascade,
    -- of the Docker container
    container text not null,
    -- sealed: people write passwords into command lines
    command_encrypted bytea not null,
    detached boolean not null,
    requested_by integer references users on delete set null,
    created_at timestamptz not null default now(),
    -- an attached run's controller writes it again and again: without that the run is left behind
    seen_at timestamptz not null default now(),
    exit_code integer,
    finished_at timestamptz,
    unique (formation_id, num)
  );
  create index runs_unfinished on runs (seen_at) where finished_at is null;
  -- of rate-limiter-flexible, in its form; how often somebody tried to log in, for all controllers together
  create table auth_limits (
    key varchar(255) primary key,
    points integer not null default 0,
    expire bigint
  );
`;

/** One-off commands, and the login limits that controllers share. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(tables);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table auth_limits, runs');
}
