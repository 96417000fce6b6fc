import type { Knex } from 'knex';

/** The buildpacks that somebody has set for a formation, in order; no row: none are set. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table formation_buildpacks (
      formation_id integer primary key references formations on delete cascade,
      list jsonb not null check (jsonb_typeof(list) = 'array'),
      updated_at timestamptz not null default now()
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table formation_buildpacks');
}
