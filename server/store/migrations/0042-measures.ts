import type { Knex } from 'knex';

/** What nodes use and proxies serve: the counters that were read last, and what became of them in time. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table node_readings (
      formation_id integer not null references formations on delete cascade,
      node text not null,
      reading jsonb not null,
      primary key (formation_id, node)
    );
    -- by the node's name: what one did is known after it is gone
    create table node_measures (
      formation_id integer not null references formations on delete cascade,
      -- seconds that a row stands for
      resolution smallint not null check (resolution in (10, 60, 600)),
      node text not null,
      -- the beginning of these seconds
      at timestamptz not null,
      measure jsonb not null,
      primary key (formation_id, resolution, node, at)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table node_measures; drop table node_readings');
}
