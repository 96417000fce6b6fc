import type { Knex } from 'knex';

const change = `
  create table formation_roles (
    formation_id integer not null references formations on delete cascade,
    user_id integer not null references users on delete cascade,
    role text not null check (role in ('viewer', 'collaborator', 'admin')),
    created_at timestamptz not null default now(),
    primary key (formation_id, user_id)
  );
  create index on formation_roles (user_id);
  alter table tokens
    add column scope text not null default 'all' check (scope in ('all', 'read', 'deploy')),
    add column formation_id integer references formations on delete cascade,
    add constraint tokens_deploy_formation check ((scope = 'deploy') = (formation_id is not null));
  create index on tokens (user_id);
  create table audit_entries (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor_id integer references users on delete set null,
    actor text not null,
    action text not null,
    formation_id integer references formations on delete set null,
    formation text,
    target jsonb not null default '{}',
    source text,
    request_id text,
    outcome text
  );
  create index on audit_entries (formation_id, id desc);
  create index on formations (owner_id, name);
`;

export async function up(knex: Knex): Promise<void> {
  await knex.raw(change);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table audit_entries;
    drop table formation_roles;
    drop index formations_owner_id_name_idx;
    drop index tokens_user_id_idx;
    alter table tokens drop column formation_id, drop column scope;
  `);
}
