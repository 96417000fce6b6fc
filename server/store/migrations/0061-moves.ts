import type { Knex } from 'knex';

/** Formations that move from the nodes of one host to those of another. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table formations
      -- whose proxies pass on to where it lives now what still reaches them
      add former_host_id integer references formations on delete restrict,
      -- where it is about to live, or has lived and may have left something
      add vacant_host_id integer references formations on delete restrict,
      add constraint formations_places_check check (
        (former_host_id is null or vacant_host_id is null)
        and former_host_id is distinct from id and vacant_host_id is distinct from id
        and (former_host_id is null or former_host_id <> host_id)
        and (vacant_host_id is null or vacant_host_id <> host_id)
      );
    create index formations_former_host_id on formations (former_host_id) where former_host_id is not null;
    create index formations_vacant_host_id on formations (vacant_host_id) where vacant_host_id is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table formations drop column former_host_id, drop column vacant_host_id');
}
