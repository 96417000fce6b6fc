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
  /** Ends its connections; then it is dropped, while the next test runs. */
  close(): Promise<void>;
}

const prefix = 'deis-test-postgres-';
const home = join(tmpdir(), `${prefix}${process.pid}`);
const template = 'deis_template';
/** Databases live for one test, and are never read back: neither logged nor swept. */
const settings = { wal_level: 'minimal', max_wal_senders: '0', autovacuum: 'off' };
let server: Promise<EmbeddedPostgres> | undefined;
/** The connection by which databases are made and dropped, one after the other. */
let admin: Promise<pg.Client> | undefined;
/** Ends with what it was asked for last. */
let asked: Promise<unknown> = Promise.resolve();
/** Name of a clone that is not taken yet: the next one is made while a test runs. */
let ahead: Promise<string> | undefined;
/** Ends with the drop of the database that was given back last. */
let dropped: Promise<void> = Promise.resolve();
let made = 0;

/**
 * The one PostgreSQL of this test run, started when first asked for; its `url` names the migrated template's
 * server.
 */
export function testPostgres(): Promise<EmbeddedPostgres> {
  server ??= startServer();
  return server;
}

/** A clone of the migrated template. */
export async function createTestDatabase({ poolSize = 10 } = {}): Promise<TestDatabase> {
  const { url: adminUrl } = await testPostgres();
  const taken = ahead ?? cloneTemplate();
  ahead = taken.then(cloneTemplate, cloneTemplate);
  ahead.catch(() => undefined);
  const name = await taken;
  const url = urlOf(adminUrl, name);
  const database = openDatabase({ url, poolSize });
  const box = new SecretBox([Buffer.alloc(32, 7)]);
  const close = async (): Promise<void> => {
    await database.destroy();
    dropped = Promise.all([dropped, asAdmin(`drop database ${name} with (force)`)]).then(() => undefined);
    dropped.catch(() => undefined);
  };
  return { url, database, stores: new Stores(database, box), box, close };
}

async function cloneTemplate(): Promise<string> {
  made += 1;
  const name = `test_${process.pid}_${made}`;
  await asAdmin(`create database ${name} template ${template}`);
  return name;
}

async function startServer(): Promise<EmbeddedPostgres> {
  await removeLeftovers();
  const postgres = await EmbeddedPostgres.start({ home, durable: false, maxConnections: 200, settings });
  admin = connectAdmin(postgres.url);
  await makeLoginsQuick(postgres.url);
  await asAdmin(`create database ${template}`);
  const database = openDatabase({ url: urlOf(postgres.url, template), poolSize: 1 });
  await database.migrate.latest();
  await database.destroy();
  return postgres;
}

/** Tests log in thousands of times: the password's 4096 rounds are half of each. */
async function makeLoginsQuick(url: string): Promise<void> {
  const { username, password } = new URL(url);
  await asAdmin('set scram_iterations = 1');
  await asAdmin(`alter role ${username} password '${password}'`);
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

async function connectAdmin(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  // Whoever asks it for something next hears of it.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

function asAdmin(sql: string): Promise<void> {
  const done = asked.then(async () => void (await (await admin)!.query(sql)));
  asked = done.catch(() => undefined);
  return done;
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
  try {
    await ahead?.catch(() => undefined);
    await dropped;
    await (await admin)?.end();
  } finally {
    await EmbeddedPostgres.remove(home);
    await rm(home, { recursive: true, force: true });
  }
}

if ('after' in globalThis) {
  after('stop the PostgreSQL of this test run', async function () {
    this.timeout(60_000);
    await stopTestPostgres();
  });
}
