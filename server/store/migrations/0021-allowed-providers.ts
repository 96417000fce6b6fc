import type { Knex } from 'knex';

/** Who but admins may launch with provider types whose machines give root on the controller's host. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table allowed_providers (
      user_id integer not null references users on delete cascade,
      type text not null,
      allowed_by integer references users on delete set null,
      created_at timestamptz not null default now(),
      primary key (user_id, type)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table allowed_providers');
}
