import type { Knex } from 'knex';

/** The command of a build's app.json that runs once, after the first deploy of its app, and what became of it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table builds add column postdeploy text;

    -- as release_phases
    create table postdeploys (
      release_id integer primary key references releases on delete cascade,
      run_id uuid references runs on delete set null,
      begun_at timestamptz,
      ended_at timestamptz,
      exit_code integer,
      lines jsonb not null default '[]'
    )
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table postdeploys; alter table builds drop column postdeploy');
}
