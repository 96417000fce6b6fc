import type { Knex } from 'knex';

/**
 * A build is a slug or an image of the app's own; and settings of process types that have no column yet find
 * a place in a release. Controllers from before go on writing slugs.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
  alter table builds
    add column kind text not null default 'slug',
    -- what an image is called, and sha256:<image id>
    add column image_reference text,
    add column image_digest text,
    alter column slug_path drop not null,
    alter column slug_sha256 drop not null,
    alter column slug_size drop not null,
    -- of slugs: the stack
    alter column image drop not null,
    add constraint builds_kind_check check (
      (kind = 'slug' and slug_path is not null and slug_sha256 is not null and slug_size is not null
        and image is not null)
      or (kind = 'image' and image_reference is not null and image_digest is not null)
    );
  -- setting -> process type -> value; limits and health have columns of their own
  alter table releases add column settings jsonb not null default '{}';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
  alter table releases drop column settings;
  alter table builds
    drop constraint builds_kind_check,
    alter column image set not null,
    alter column slug_size set not null,
    alter column slug_sha256 set not null,
    alter column slug_path set not null,
    drop column image_digest,
    drop column image_reference,
    drop column kind;
  `);
}
