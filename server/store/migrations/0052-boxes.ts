import type { Knex } from 'knex';

/** Layers of the kind `box`, whose nodes are runtime nodes and proxies at once. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table layers
      drop constraint layers_kind_check,
      add constraint layers_kind_check check (kind in ('runtime', 'proxy', 'custom', 'box'));
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table layers
      drop constraint layers_kind_check,
      add constraint layers_kind_check check (kind in ('runtime', 'proxy', 'custom'));
  `);
}
