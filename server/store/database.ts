import knex, { type Knex } from 'knex';
import pg from 'pg';
import { noteLosses } from './database-loss.js';
import { serversOf } from './database-url.js';
import { primaryOf } from './find-primary.js';
import { migrationSource } from './migrations/list.js';

/** A connection pool or a transaction: stores do not care which. */
export type Database = Knex;

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/name`, or several hosts with commas; `?host=/folder` for a unix socket. */
  readonly url: string;
  /** Connections at once. */
  readonly poolSize: number;
}

/**
 * How long a statement may wait for what another holds, and take at all; a migration of a large table takes longest.
 * Set by a statement of its own, because poolers between refuse such settings at the start of a connection.
 */
const lockSeconds = 60;
const statementSeconds = 600;
const setLimits = `set lock_timeout = '${lockSeconds}s'; set statement_timeout = '${statementSeconds}s'`;

const int8 = 20;

/**
 * bigint columns hold counters that never come near 2^53: numbers are safe and spare every caller a parse.
 */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === int8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format as 'text');

/** Whether a statement waited for what another holds as long as it may (SQLSTATE lock_not_available). */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '55P03';
}

/**
 * How connections name themselves to PostgreSQL: what is behind the first word tells controllers that know boxes from
 * those of the release before, which have that word alone.
 */
const connectionName = 'deis-controller boxes';

/** What `pg` needs to connect as the rest of the controller does, to the server that takes writes now. */
export async function currentConnection(url: string): Promise<pg.ClientConfig> {
  return connectionConfig(await primaryOf(url));
}

/** The same of a URL that names one server. */
export function connectionConfig(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    types: { getTypeParser },
    application_name: connectionName,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
  };
}

/**
 * knex's configuration for a database URL, with our migrations. Shared by the controller, the tests and
 * knexfile.ts.
 */
export function knexConfig(options: DatabaseOptions): Knex.Config {
  return {
    client: 'pg',
    connection: connectionOf(options.url),
    pool: {
      min: 0,
      max: options.poolSize,
      afterCreate: (connection: pg.Client, done: (error: Error | null, connection: pg.Client) => void) =>
        void connection.query(setLimits, (error: Error | null) => done(error, connection)),
    },
    acquireConnectionTimeout: 15_000,
    // Not validated: the previous version must start on the next version's schema, whose migrations it does
    // not know.
    migrations: { migrationSource, tableName: 'migrations', disableMigrationsListValidation: true },
  };
}

function connectionOf(url: string): Knex.Config['connection'] {
  if (serversOf(url).length === 1) return connectionConfig(url) as Knex.PgConnectionConfig;
  return async () => (await currentConnection(url)) as Knex.PgConnectionConfig;
}

/** A pool of connections. Connects lazily; `destroy()` ends it. */
export function openDatabase(options: DatabaseOptions): Database {
  // Whoever waits for the connection gets the error, and says it in words.
  const database = knex({ ...knexConfig(options), log: { warn: () => undefined } });
  if (serversOf(options.url).length > 1) followPrimary(database, options.url);
  noteLosses(database);
  return database;
}

/**
 * Has each new connection go to the server that takes writes then. knex itself asks a function for settings once, or
 * drops connections that are good whenever it asks again.
 */
function followPrimary(database: Database, url: string): void {
  const client = database.client as {
    acquireRawConnection(): Promise<unknown>;
    connectionSettings: pg.ClientConfig;
  };
  const connect = client.acquireRawConnection.bind(client);
  client.acquireRawConnection = async () => {
    client.connectionSettings = await currentConnection(url);
    return connect();
  };
}

/** Connections of a pool: those in use, those that wait to be used, and how much waits for one. */
export interface PoolUse {
  readonly used: number;
  readonly idle: number;
  readonly waiting: number;
}

/** How the pool of a database, no transaction, is used at this moment. */
export function poolUse(database: Database): PoolUse {
  const { pool } = database.client as {
    readonly pool: { numUsed(): number; numFree(): number; numPendingAcquires(): number };
  };
  return { used: pool.numUsed(), idle: pool.numFree(), waiting: pool.numPendingAcquires() };
}
