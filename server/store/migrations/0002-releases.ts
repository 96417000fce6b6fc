import type { Knex } from 'knex';

const tables = `
  create table builds (
    id uuid primary key,
    formation_id integer not null references formations on delete cascade,
    created_by integer references users on delete set null,
    git_commit text not null,
    -- path below the slug server's root, sha256 and bytes of the gzip tarball
    slug_path text not null,
    slug_sha256 text not null,
    slug_size bigint not null,
    -- process type -> command
    procfile jsonb not null,
    -- stack image the slug was built on, name@sha256:<image id>
    image text not null,
    buildpack text not null,
    created_at timestamptz not null default now()
  );
  create table configs (
    id integer generated always as identity primary key,
    formation_id integer not null references formations on delete cascade,
    version integer not null,
    values_encrypted bytea not null,
    created_by integer references users on delete set null,
    created_at timestamptz not null default now(),
    unique (formation_id, version)
  );
  create table releases (
    id integer generated always as identity primary key,
    formation_id integer not null references formations on delete cascade,
    version integer not null,
    build_id uuid references builds,
    config_id integer not null references configs,
    summary text not null,
    state text not null default 'pending' check (state in ('pending', 'live', 'failed', 'superseded')),
    -- why it failed, or what superseded it
    reason text,
    created_by integer references users on delete set null,
    created_at timestamptz not null default now(),
    live_at timestamptz,
    unique (formation_id, version)
  );
  alter table formations add foreign key (live_release_id) references releases on delete set null;
  create table containers (
    id integer generated always as identity primary key,
    formation_id integer not null references formations on delete cascade,
    node_id uuid not null references nodes on delete cascade,
    release_id integer not null references releases,
    type text not null,
    num integer not null,
    port integer not null,
    -- 'removing': no longer in the databag; the row holds its port until the node has confirmed that it is gone
    state text not null check (state in ('starting', 'serving', 'retiring', 'removing')),
    -- when a retiring container is stopped at the latest
    retire_at timestamptz,
    created_at timestamptz not null default now(),
    unique (node_id, port)
  );
  create index on containers (formation_id);
  create index on releases (formation_id, state);
`;

/** Builds, configs, releases and the containers that run them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(tables);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table formations drop constraint formations_live_release_id_fkey;
    drop table containers, releases, configs, builds;
  `);
}
