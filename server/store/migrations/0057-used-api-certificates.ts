import type { Knex } from 'knex';

/** Which certificate the API shows: those of names before stay, and nobody is told when they expire. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`alter table api_certificates add column in_use boolean not null default true`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`alter table api_certificates drop column in_use`);
}
