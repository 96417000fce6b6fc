import type { Knex } from 'knex';

/** Several rules of a kind, each by its name; rules that count lines of logs, and what they have counted. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table alert_rules
      add name text,
      -- RE2; lines that match it are counted over so many minutes
      add pattern text,
      add minutes integer;
    update alert_rules set name = kind;
    alter table alert_rules
      alter name set not null,
      drop constraint alert_rules_formation_id_kind_key,
      add unique (formation_id, name);
    -- up to where the kept lines of a formation have been looked at
    create table log_positions (
      formation_id integer primary key references formations on delete cascade,
      -- inode of the file; null before there is one
      file text,
      position bigint not null,
      looked_at timestamptz not null
    );
    -- lines of ten seconds that matched
    create table log_matches (
      rule_id integer not null references alert_rules on delete cascade,
      at timestamptz not null,
      count integer not null,
      primary key (rule_id, at)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table log_matches;
    drop table log_positions;
    delete from alert_rules where name <> kind;
    alter table alert_rules
      drop constraint alert_rules_formation_id_name_key,
      add unique (formation_id, kind),
      drop name, drop pattern, drop minutes;
  `);
}
