import type { Knex } from 'knex';

/** What recipes of operators have put on an adopted host is data to keep, unless somebody says otherwise. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table nodes
      -- whether the data of a node's own recipes goes when the node leaves
      add column purges_data boolean not null default false`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table nodes drop column purges_data');
}
