import type { Knex } from 'knex';

/** Of images: where they listen, and how large they are. Controllers from before write none. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table builds
      add column image_port integer check (image_port between 1 and 65535),
      add column image_size bigint;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table builds drop column image_size, drop column image_port');
}
