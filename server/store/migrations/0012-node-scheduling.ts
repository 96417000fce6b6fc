import type { Knex } from 'knex';

/** Nodes that take no new containers, and hosts that were there before us. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table nodes
      -- cordoned: no new containers; drained: none at all
      add column scheduling text not null default 'open' check (scheduling in ('open', 'cordoned', 'drained')),
      -- a host that existed already: its machine is not ours to end
      add column adopted boolean not null default false,
      -- whether what was put on an adopted host is taken off again when it leaves
      add column cleans_up boolean not null default true;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table nodes drop column scheduling, drop column adopted, drop column cleans_up');
}
