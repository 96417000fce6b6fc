import type { Knex } from 'knex';

/** A guest moves to nodes of its own, and back: where it comes from, or goes to, may be itself. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table formations
      drop constraint formations_places_check,
      add constraint formations_places_check check (
        (former_host_id is null or vacant_host_id is null)
        and (former_host_id is null or former_host_id <> coalesce(host_id, id))
        and (vacant_host_id is null or vacant_host_id <> coalesce(host_id, id))
      )
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    update formations set vacant_host_id = null where vacant_host_id = id;
    update formations set former_host_id = null where former_host_id = id;
    alter table formations
      drop constraint formations_places_check,
      add constraint formations_places_check check (
        (former_host_id is null or vacant_host_id is null)
        and former_host_id is distinct from id and vacant_host_id is distinct from id
        and (former_host_id is null or former_host_id <> host_id)
        and (vacant_host_id is null or vacant_host_id <> host_id)
      )
  `);
}
