import type { Knex } from 'knex';

/**
 * Who but members may place formations on the nodes of one, where formations live that name nothing, and how much
 * a guest may use.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table host_shares (
      formation_id integer not null references formations on delete cascade,
      user_id integer not null references users on delete cascade,
      created_at timestamptz not null default now(),
      primary key (formation_id, user_id)
    );
    create index host_shares_user_id on host_shares (user_id);
    alter table formations
      add column default_host boolean not null default false,
      add column quota jsonb not null default '{}',
      add column guest_quota jsonb not null default '{}';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table formations drop column default_host, drop column quota, drop column guest_quota;
    drop table host_shares;
  `);
}
