import pg from 'pg';
import { currentConnection } from '../../store/database.js';

/**
 * COPY of the largest table to the slowest place may take six hours. Rows are written as the same text whatever the
 * server's settings and version, and in the order they lie in. Set by statements, because poolers between refuse such
 * settings at the start of a connection.
 */
const sameText = `
  set timezone = 'UTC'; set datestyle = 'ISO'; set intervalstyle = 'iso_8601'; set extra_float_digits = 3;
  set bytea_output = 'hex'; set client_encoding = 'UTF8'; set synchronize_seqscans = off;
  set statement_timeout = '6h'; set idle_in_transaction_session_timeout = 0`;

/** A connection of its own for reading or writing whole tables. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    ...(await currentConnection(url)),
    connectionTimeoutMillis: 15_000,
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
