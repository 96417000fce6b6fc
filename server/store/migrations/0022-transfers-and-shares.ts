import type { Knex } from 'knex';

/** Formations that are offered to a new owner, and flavors that their owners have opened to formations. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table transfers (
      formation_id integer primary key references formations on delete cascade,
      from_id integer not null references users on delete cascade,
      to_id integer not null references users on delete cascade,
      created_at timestamptz not null,
      expires_at timestamptz not null
    );
    create index transfers_from_id on transfers (from_id);
    create index transfers_to_id on transfers (to_id);
    create table flavor_shares (
      flavor_id integer not null references flavors on delete cascade,
      formation_id integer not null references formations on delete cascade,
      created_at timestamptz not null default now(),
      primary key (flavor_id, formation_id)
    );
    create index flavor_shares_formation_id on flavor_shares (formation_id);
    -- the flavor's owner chose it for the layer, and has had the right to infrastructure here ever since
    alter table layers add column own_flavor boolean not null default false;
    -- what works today goes on: the layers that there are use their flavors with their owners' consent
    insert into flavor_shares (flavor_id, formation_id) select distinct flavor_id, formation_id from layers;
    update layers set own_flavor = true
    from flavors, formations
    where flavors.id = layers.flavor_id and formations.id = layers.formation_id
      and (formations.owner_id = flavors.owner_id or exists (
        select 1 from formation_roles
        where formation_id = layers.formation_id and user_id = flavors.owner_id and role = 'admin'));
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table layers drop column own_flavor;
    drop table flavor_shares;
    drop table transfers;
  `);
}
