import pg from 'pg';
import { connectionConfig } from '../../store/database.js';

/** COPY of the largest table over the slowest place may take so long. */
const statementMs = 6 * 3600_000;

/** Rows are written as the same text whatever the server's settings and version, and in the order they lie in. */
const sameText = `
  set timezone = 'UTC'; set datestyle = 'ISO'; set intervalstyle = 'iso_8601'; set extra_float_digits = 3;
  set bytea_output = 'hex'; set client_encoding = 'UTF8'; set synchronize_seqscans = off`;

/** A connection of its own for reading or writing whole tables. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    ...connectionConfig(url),
    connectionTimeoutMillis: 15_000,
    statement_timeout: statementMs,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(sameText);
    return await work(client);
  } finally {
    await client.end();
  }
}
