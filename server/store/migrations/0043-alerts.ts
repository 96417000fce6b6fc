import type { Knex } from 'knex';

const rulesAndAlerts = `
    create table alert_rules (
      id integer generated always as identity primary key,
      formation_id integer not null references formations on delete cascade,
      kind text not null,
      threshold double precision,
      created_at timestamptz not null default now(),
      unique (formation_id, kind)
    );
    create table alerts (
      id bigint generated always as identity primary key,
      formation_id integer not null references formations on delete cascade,
      rule_id integer not null references alert_rules on delete cascade,
      kind text not null,
      -- a process, a node, a certificate, or app
      subject text not null,
      detail text not null,
      since timestamptz not null,
      -- when it was last found to be so
      seen_at timestamptz not null,
      resolved_at timestamptz
    );
    create unique index alerts_open on alerts (rule_id, subject) where resolved_at is null;
    create index alerts_formation_id on alerts (formation_id, id);`;

/** When to tell people, what is the matter now, whom to tell, and what they were told. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(rulesAndAlerts);
  await knex.raw(`
    create table hooks (
      id integer generated always as identity primary key,
      formation_id integer not null references formations on delete cascade,
      name text not null,
      host text not null,
      url_encrypted bytea not null,
      secret_encrypted bytea not null,
      created_at timestamptz not null default now(),
      unique (formation_id, name)
    );
    create table deliveries (
      id uuid primary key,
      hook_id integer not null references hooks on delete cascade,
      event text not null,
      body text not null,
      state text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed')),
      attempts integer not null default 0,
      -- when it is tried next; meanwhile nobody else does
      next_at timestamptz not null default now(),
      last_status integer,
      last_error text,
      created_at timestamptz not null default now(),
      ended_at timestamptz
    );
    create index deliveries_hook_id on deliveries (hook_id, created_at);
    create index deliveries_next_at on deliveries (next_at) where state = 'waiting';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table deliveries; drop table hooks; drop table alerts; drop table alert_rules');
}
