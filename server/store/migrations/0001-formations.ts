import type { Knex } from 'knex';

const tables = `
  create table users (
    id integer generated always as identity primary key,
    username text not null check (username ~ '^[a-z0-9][a-z0-9_.-]{0,62}$'),
    email text not null,
    password_hash text not null,
    is_admin boolean not null default false,
    created_at timestamptz not null default now(),
    unique (username)
  );
  create table tokens (
    id integer generated always as identity primary key,
    user_id integer not null references users on delete cascade,
    hash text not null unique,
    name text not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    expires_at timestamptz
  );
  create table invites (
    id integer generated always as identity primary key,
    code_hash text not null unique,
    email text,
    invited_by integer references users on delete set null,
    used_by integer references users on delete set null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz
  );
  create table keys (
    id integer generated always as identity primary key,
    user_id integer not null references users on delete cascade,
    name text not null,
    public_key text not null,
    fingerprint text not null unique,
    created_at timestamptz not null default now(),
    unique (user_id, name)
  );
  create table providers (
    id integer generated always as identity primary key,
    owner_id integer not null references users on delete cascade,
    name text not null,
    type text not null,
    creds_encrypted bytea not null,
    created_at timestamptz not null default now(),
    unique (owner_id, name)
  );
  create table flavors (
    id integer generated always as identity primary key,
    owner_id integer not null references users on delete cascade,
    provider_id integer not null references providers on delete restrict,
    name text not null,
    params jsonb not null default '{}',
    init text not null default '',
    created_at timestamptz not null default now(),
    unique (owner_id, name)
  );
  create table formations (
    id integer generated always as identity primary key,
    owner_id integer not null references users on delete restrict,
    name text not null unique check (name ~ '^[a-z]([a-z0-9-]{0,38}[a-z0-9]|)$'),
    -- bumped with every change of what the nodes must be; nodes refuse older ones
    generation bigint not null default 0,
    -- wanted number of containers by process type, {"web": 2}
    scale jsonb not null default '{}',
    live_release_id integer,
    destroying boolean not null default false,
    created_at timestamptz not null default now()
  );
  create table layers (
    id integer generated always as identity primary key,
    formation_id integer not null references formations on delete cascade,
    flavor_id integer not null references flavors on delete restrict,
    name text not null,
    kind text not null check (kind in ('runtime', 'proxy', 'custom')),
    run_list jsonb not null,
    environment text not null default '',
    attributes jsonb not null default '{}',
    level integer not null,
    -- wanted number of nodes
    count integer not null default 0 check (count >= 0),
    ssh_username text not null,
    ssh_port integer not null default 22,
    ssh_public_key text not null,
    ssh_private_key_encrypted bytea not null,
    created_at timestamptz not null default now(),
    unique (formation_id, name)
  );
  create table nodes (
    id uuid primary key,
    formation_id integer not null references formations on delete cascade,
    layer_id integer not null references layers,
    num integer not null,
    name text not null,
    status text not null default 'pending'
      check (status in ('pending', 'launching', 'booting', 'ready', 'lost', 'removing')),
    cloud_id text,
    -- where SSH goes, and where the formation's other nodes go
    address text,
    private_address text,
    host_public_key text not null,
    -- a replacement key, accepted beside the old one until it was seen
    host_public_key_pending text,
    host_private_key_encrypted bytea,
    -- the newest generation that the node reported
    generation bigint not null default 0,
    last_action text,
    last_error text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (layer_id, num),
    unique (formation_id, name)
  );
`;

/**
 * People, providers, formations and what they are made of. `*_encrypted` columns hold AES-256-GCM boxes (see
 * store/secret-box.ts).
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(tables);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table nodes, layers, formations, flavors, providers, keys, invites, tokens, users');
}
