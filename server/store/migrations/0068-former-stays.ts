import type { Knex } from 'knex';

/** A formation that has moved goes back to what it might use there, and is put back as it was there. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table formations
      -- how it was on its former host: its quota, and whether the proxies of where it lives now passed on to it there
      add former_stay jsonb
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table formations drop column former_stay');
}
