import type { Knex } from 'knex';

/** Buildpacks of which the operator keeps a copy, by name: what a build gets is what its hash says. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table kept_buildpacks (
      name text primary key,
      sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
      size integer not null,
      source text not null,
      ref text,
      created_at timestamptz not null default now()
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table kept_buildpacks');
}
