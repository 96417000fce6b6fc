import pg from 'pg';
import { isNotNow } from '../database-loss.js';

/** A server that is not there yet, or has just gone. */
const notThere = ['ECONNREFUSED', 'ECONNRESET', 'ENOENT'];

/**
 * Makes the database of `url` unless it is there. False when the server takes no connections now. @throws
 * what else it says.
 */
export async function ensureDatabase(url: string): Promise<boolean> {
  const target = new URL(url);
  const name = target.pathname.slice(1);
  target.pathname = '/postgres';
  const client = new pg.Client({ connectionString: target.href, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (isNotNow(error) || notThere.includes(code)) return false;
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}
