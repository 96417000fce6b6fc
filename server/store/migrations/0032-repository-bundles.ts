import type { Knex } from 'knex';

/** Which bundle in the store has the commit of which push, and where the refs of repositories point. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table repository_bundles (
      -- of the push; operations are forgotten earlier
      operation_id uuid primary key,
      formation_id integer not null references formations on delete cascade,
      ref text not null,
      commit text not null,
      path text not null,
      created_at timestamptz not null default now(),
      -- when the ref was moved to the commit
      moved_at timestamptz
    );
    create index repository_bundles_formation_id on repository_bundles (formation_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table repository_bundles');
}
