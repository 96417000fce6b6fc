import type { Knex } from 'knex';

/** Formations that live on the nodes of another: it goes after they have gone. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table formations
      add host_id integer references formations on delete restrict,
      add constraint formations_host_check check (host_id <> id);
    create index formations_host_id on formations (host_id) where host_id is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table formations drop column host_id');
}
