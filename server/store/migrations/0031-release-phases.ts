import type { Knex } from 'knex';

/** What the command of a release did that runs before the release serves. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table release_phases (
      release_id integer primary key references releases on delete cascade,
      -- its container and node; null once the node is gone
      run_id uuid references runs on delete set null,
      -- the container is there: from here on it is not made a second time
      begun_at timestamptz,
      ended_at timestamptz,
      -- null after its end: nobody saw it end by itself
      exit_code integer,
      lines jsonb not null default '[]'
    )
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table release_phases');
}
