import type { Knex } from 'knex';

const positions = `
    create table drain_positions (
      drain_id integer not null references drains on delete cascade,
      formation_id integer not null references formations on delete cascade,
      -- names a file by its first line
      segment text not null,
      -- where its reading begins, and up to where its lines were sent
      read_from bigint not null,
      sent_to bigint not null,
      -- that file is put aside, and all of its lines were sent
      is_whole boolean not null default false,
      -- lines that were not sent, of which the sink has not been told
      skipped bigint not null default 0,
      -- and more, which nobody has counted
      skipped_more boolean not null default false,
      primary key (drain_id, formation_id)
    );
    create index drain_positions_formation on drain_positions (formation_id);
`;

/** Where lines of logs are sent to, and how far each has got with those of each formation. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table drains (
      id integer generated always as identity primary key,
      -- null: of the controller, with the lines of all formations
      formation_id integer references formations on delete cascade,
      name text not null,
      token text not null unique,
      type text not null check (type in ('syslog', 'syslog-tls', 'https', 'loki')),
      -- the url without what could be secret
      shown text not null,
      url_encrypted bytea not null,
      created_at timestamptz not null default now(),
      sent bigint not null default 0,
      unsent bigint not null default 0,
      backlog bigint not null default 0,
      last_sent_at timestamptz,
      last_error text,
      last_error_at timestamptz,
      -- null: as soon as there is a line
      next_attempt_at timestamptz
    );
    create unique index drains_name on drains (coalesce(formation_id, 0), name);
  `);
  await knex.raw(positions);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table drain_positions; drop table drains');
}
