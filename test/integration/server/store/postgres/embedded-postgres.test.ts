import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import pg from 'pg';
import { UserError } from '../../../../../base/errors.js';
import { waitUntil } from '../../../../../base/wait-until.js';
import { EmbeddedPostgres } from '../../../../../server/store/postgres/embedded-postgres.js';
import { postgresBinaries } from '../../../../../server/store/postgres/postgres-binaries.js';

describe('embedded PostgreSQL', function () {
  this.timeout(60_000);
  let folder: string;
  let home: string;
  let shared: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'deis-embedded-'));
    chmodSync(folder, 0o755);
    home = join(folder, 'data', 'postgres');
    shared = join(folder, 'shared');
  });
  afterEach(async () => {
    await EmbeddedPostgres.remove(home, shared);
    rmSync(folder, { recursive: true });
  });

  const query = async (url: string, sql: string): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const startAndDie = async (): Promise<string> => {
    const module = join(process.cwd(), 'server/store/postgres/embedded-postgres.ts');
    const program = `
      const { EmbeddedPostgres } = await import(${JSON.stringify(module)});
      const { url } = await EmbeddedPostgres.start(${JSON.stringify({ home, shared })});
      console.log(url);
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [url] = (await once(child.stdout, 'data')) as [Buffer];
    child.kill('SIGKILL');
    await once(child, 'exit');
    return url.toString().trim();
  };

  const socketOf = (url: string): string | null => new URL(url).searchParams.get('host');

  it('keeps its data over stop and start, on a socket and on loopback, under a password of its own', async () => {
    const first = await EmbeddedPostgres.start({ home, shared });
    await query(first.url, 'create table kept as select 42 as n');
    const loopback = first.url.replace(/\?.*$/, '');
    assert.equal(new URL(loopback).hostname, '127.0.0.1');
    assert.equal(socketOf(first.url), join(home, 'cluster'));
    assert.equal(statSync(join(home, 'cluster')).mode & 0o077, 0, 'nobody else reaches the socket');
    assert.deepEqual(await query(loopback, 'select n from kept'), [{ n: 42 }]);
    assert.equal(statSync(join(home, 'password')).mode & 0o777, 0o600);
    for (const url of [first.url, loopback]) {
      const wrong = new URL(url);
      wrong.password = 'wrong';
      await assert.rejects(query(wrong.href, 'select 1'), { code: '28P01' });
    }
    await first.stop();
    await assert.rejects(query(first.url, 'select 1'), { code: 'ENOENT' });
    await assert.rejects(query(loopback, 'select 1'), { code: 'ECONNREFUSED' });
    const second = await EmbeddedPostgres.start({ home, shared });
    assert.deepEqual([second.adopted, await query(second.url, 'select n from kept')], [false, [{ n: 42 }]]);
  });

  it('is started again at its address when it was killed, and not when it was stopped', async () => {
    const server = await EmbeddedPostgres.start({ home, shared });
    const said: string[] = [];
    server.keepRunning({ warn: (_fields, message) => said.push(message) }, 50);
    const starts = (): number => said.filter((text) => text.endsWith('runs again')).length;
    await query(server.url, 'create table kept as select 42 as n');
    for (let times = 1; times <= 2; times += 1) {
      const [{ data_directory: cluster } = {}] = (await query(server.url, 'show data_directory')) as {
        data_directory: string;
      }[];
      const [pid] = readFileSync(join(cluster!, 'postmaster.pid'), 'utf8').split('\n');
      process.kill(Number(pid), 'SIGKILL');
      await waitUntil(async () => (starts() === times ? true : undefined), {
        deadlineMs: 30_000,
        intervalMs: 20,
        what: `a start: ${said.join(', ')}`,
      });
      assert.deepEqual(await query(server.url, 'select n from kept'), [{ n: 42 }]);
    }
    await server.stop();
    assert.equal(starts(), 2);
    await assert.rejects(query(server.url, 'select 1'), { code: 'ENOENT' });
  });

  it('adopts the server that a killed controller left behind', async () => {
    const left = await startAndDie();
    await query(left, 'create table written_before as select 1 as n');
    const adopted = await EmbeddedPostgres.start({ home, shared });
    assert.deepEqual(
      [adopted.adopted, adopted.url, await query(adopted.url, 'select n from written_before')],
      [true, left, [{ n: 1 }]],
    );
  });

  it('starts on a stale pid file after everything was killed', async () => {
    await startAndDie();
    const cluster = join(home, 'cluster');
    process.kill(Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
    const again = await EmbeddedPostgres.start({ home, shared });
    assert.equal((await query(again.url, 'select 1 as n')).length, 1);
    const sockets = readdirSync(cluster).filter((name) => /^\.s\.PGSQL\.\d+$/.test(name));
    assert.deepEqual(sockets, [`.s.PGSQL.${new URL(again.url).port}`]);
  });

  it('is reached on loopback alone where the path is too long for a socket', async () => {
    home = join(folder, 'a'.repeat(100), 'postgres');
    const started = await EmbeddedPostgres.start({ home, shared });
    assert.equal(socketOf(started.url), null);
    assert.deepEqual(await query(started.url, 'select 1 as n'), [{ n: 1 }]);
    await started.stop();
  });

  it('adopts a server that has no socket', async () => {
    const without = await EmbeddedPostgres.start({ home, shared, settings: { unix_socket_directories: '' } });
    assert.equal(socketOf(without.url), null);
    const adopted = await EmbeddedPostgres.start({ home, shared });
    assert.deepEqual([adopted.adopted, adopted.url], [true, without.url]);
    await adopted.stop();
    assert.notEqual(socketOf((await EmbeddedPostgres.start({ home, shared })).url), null);
  });

  it('works below a 0700 home that its account cannot enter, and removes what lies elsewhere', async function () {
    const closed = join(folder, 'data');
    mkdirSync(closed, { mode: 0o700 });
    const started = await EmbeddedPostgres.start({ home, shared });
    const isRoot = process.getuid?.() === 0;
    assert.deepEqual(await query(started.url, 'select 1 as n'), [{ n: 1 }]);
    assert.equal(existsSync(join(home, 'cluster')), !isRoot);
    assert.equal(statSync(closed).mode & 0o777, 0o700, 'the home was not opened');
    assert.equal((await EmbeddedPostgres.start({ home, shared })).adopted, true);
    await EmbeddedPostgres.remove(home, shared);
    assert.equal(existsSync(home), false);
    assert.equal(existsSync(join(shared, 'clusters')), false);
  });

  it('copies binaries that its account cannot reach, or that lack their links, once', async () => {
    const account = { uid: 65_534, gid: 65_534, isOther: true };
    const inside = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const native = join(
      dirname(dirname(inside.resolve(`@embedded-postgres/${process.platform}-${process.arch}`))),
      'native',
    );
    const closed = join(folder, 'closed');
    cpSync(native, join(closed, 'package', 'native'), { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(closed, 'package', 'package.json'), '{"version":"18.9.9"}');
    for (const link of JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
      target: string;
    }[])
      rmSync(join(closed, 'package', link.target));
    chmodSync(join(closed, 'package', 'native', 'bin', 'postgres'), 0o644);
    chmodSync(closed, 0o700);
    const found = await postgresBinaries(account, join(shared, 'binaries'), join(closed, 'package'));
    assert.deepEqual([dirname(found.root), found.major], [join(shared, 'binaries'), 18]);
    assert.equal(statSync(join(found.root, 'bin', 'postgres')).mode & 0o755, 0o755);
    assert.deepEqual(readdirSync(join(found.root, 'lib')).sort(), readdirSync(join(native, 'lib')).sort());
    assert.match((await execa(join(found.root, 'bin', 'postgres'), ['--version'])).stdout, /PostgreSQL\) 18/);
    assert.deepEqual(
      await postgresBinaries(account, join(shared, 'binaries'), join(closed, 'package')),
      found,
    );
  });

  it('refuses a cluster of another major version, with the steps to take it across', async () => {
    await (await EmbeddedPostgres.start({ home, shared })).stop();
    writeFileSync(join(home, 'cluster', 'PG_VERSION'), '15\n');
    await assert.rejects(
      EmbeddedPostgres.start({ home, shared }),
      (error: unknown) =>
        error instanceof UserError &&
        /belongs to PostgreSQL 15, this controller brings PostgreSQL 18/.test(error.message) &&
        /pg_dump[\s\S]*pg_restore/.test(error.message),
    );
  });

  it('makes the cluster anew when making it was cut short', async () => {
    mkdirSync(join(home, 'cluster.new'), { recursive: true });
    writeFileSync(join(home, 'cluster.new', 'PG_VERSION'), '18\n');
    const started = await EmbeddedPostgres.start({ home, shared });
    assert.equal((await query(started.url, 'select 1')).length, 1);
  });
});
