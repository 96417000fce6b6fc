import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openDatabase, type Database } from '../../../server/store/database.js';
import { EmbeddedPostgres } from '../../../server/store/postgres/embedded-postgres.js';
import { SecretBox } from '../../../server/store/sealing/secret-box.js';
import { Stores } from '../../../server/store/stores.js';

/** A migrated database of its own on the real PostgreSQL of this test run. */
export interface TestDatabase {
  readonly url: string;
  readonly database: Database;
  readonly stores: Stores;
  readonly box: SecretBox;
  /** Ends its connections and drops it. */
  close(): Promise<void>;
}

const prefix = 'deis-test-postgres-';
const home = join(tmpdir(), `${prefix}${process.pid}`);
const template = 'deis_template';
let server: Promise<EmbeddedPostgres> | undefined;
let made = 0;

/**
 * The one PostgreSQL of this test run, started when first asked for; its `url` names the migrated template's
 * server.
 */
export function testPostgres(): Promise<EmbeddedPostgres> {
  server ??= startServer();
  return server;
}

/** Clones the migrated template: some 50 ms. */
export async function createTestDatabase({ poolSize = 10 } = {}): Promise<TestDatabase> {
  const { url: adminUrl } = await testPostgres();
  made += 1;
  const name = `test_${process.pid}_${made}`;
  await asAdmin(adminUrl, `create database ${name} template ${template}`);
  const url = urlOf(adminUrl, name);
  const database = openDatabase({ url, poolSize });
  const box = new SecretBox([Buffer.alloc(32, 7)]);
  const close = async (): Promise<void> => {
    await database.destroy();
    await asAdmin(adminUrl, `drop database ${name} with (force)`);
  };
  return { url, database, stores: new Stores(database, box), box, close };
}

async function startServer(): Promise<EmbeddedPostgres> {
  await removeLeftovers();
  const postgres = await EmbeddedPostgres.start({ home, durable: false, maxConnections: 200 });
  await asAdmin(postgres.url, `create database ${template}`);
  const database = openDatabase({ url: urlOf(postgres.url, template), poolSize: 1 });
  await database.migrate.latest();
  await database.destroy();
  return postgres;
}

/** Servers of test runs that were killed. */
async function removeLeftovers(): Promise<void> {
  const names = readdirSync(tmpdir()).filter(
    (name) => name.startsWith(prefix) && !isAlive(Number(name.slice(prefix.length))),
  );
  for (const name of names) await EmbeddedPostgres.remove(join(tmpdir(), name));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function asAdmin(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function urlOf(adminUrl: string, name: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Ends the PostgreSQL of this process and removes its data; at the end of a test run by itself. */
export async function stopTestPostgres(): Promise<void> {
  if (server === undefined) return;
  await server.catch(() => undefined);
  await EmbeddedPostgres.remove(home);
  await rm(home, { recursive: true, force: true });
}

if ('after' in globalThis) {
  after('stop the PostgreSQL of this test run', async function () {
    this.timeout(60_000);
    await stopTestPostgres();
  });
}
