import type { Knex } from 'knex';

/** The audit log is kept for a time: its oldest entries are found without reading the others. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('create index on audit_entries (at)');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index audit_entries_at_idx');
}
