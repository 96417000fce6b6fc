import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../../base/wait-until.js';
import type { RunningController } from '../../../server/data-directory.js';
import { controllerProgram } from '../../support/server/controller-process.js';
import { lendRuntimes } from '../../support/apps/prepared-runtimes.js';
import { projectRoot } from '../../support/source/source-imports.js';

describe('deis-controller', function () {
  this.timeout(60_000);
  let dataDir: string;
  let env: Record<string, string>;
  let started: ChildProcess[] = [];
  let log = '';

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'deis-main-'));
    // Passable, as an operator's is: the embedded database then lies inside.
    chmodSync(dataDir, 0o711);
    await lendRuntimes(dataDir);
    log = '';
    env = {
      DEIS_DATA_DIR: dataDir,
      DEIS_INSTANCE: randomBytes(4).toString('hex'),
      DEIS_PORT: '0',
      DEIS_GIT_PORT: '0',
      DEIS_SLUG_PORT: '0',
      DEIS_LOG_LEVEL: 'debug',
    };
  });
  afterEach(async () => {
    for (const child of started) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }
    started = [];
    await run(['--purge']);
    rmSync(dataDir, { recursive: true, force: true });
  });

  const run = (args: readonly string[], more: Record<string, string> = {}) =>
    execa(process.execPath, [controllerProgram, ...args], {
      cwd: projectRoot,
      env: { ...env, ...more },
      reject: false,
    });
  const running = (): RunningController =>
    JSON.parse(readFileSync(join(dataDir, 'controller.json'), 'utf8')) as RunningController;
  const start = async (
    more: Record<string, string> = {},
    args: readonly string[] = [],
  ): Promise<ChildProcess> => {
    const child = spawn(process.execPath, [controllerProgram, ...args], {
      cwd: projectRoot,
      env: { ...process.env, ...env, ...more },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    started.push(child);
    child.stderr!.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const isReady = (): Promise<true | undefined> => {
      if (child.exitCode !== null) throw new Error(`the controller ended:\n${log}`);
      return Promise.resolve(
        existsSync(join(dataDir, 'controller.json')) && running().pid === child.pid ? true : undefined,
      );
    };
    await waitUntil(isReady, { deadlineMs: 30_000, intervalMs: 50, what: 'the controller' });
    return child;
  };
  const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    await once(child, 'exit');
    return child.exitCode;
  };

  it('starts with all parts, tells where, and stops with everything it started', async () => {
    const child = await start();
    const { url, gitPort, slugUrl, instance } = running();
    assert.equal(instance, env['DEIS_INSTANCE']);
    assert.deepEqual(await (await fetch(`${url}/health`)).json(), { status: 'ok' });
    const info = (await (await fetch(`${url}/api/info`)).json()) as {
      git: { port: number; host_keys: string[] };
    };
    assert.equal(info.git.port, gitPort);
    assert.match(info.git.host_keys[0]!, /^ssh-ed25519 /);
    assert.equal((await fetch(`${slugUrl}/anything`)).status, 403);
    const schedule = await run(['schedule']);
    assert.match(
      schedule.stdout,
      /^collect-runs: every 10 s\n  last run: .*\n  next run: 20/m,
      schedule.stderr,
    );
    assert.match(schedule.stdout, /^collect-unneeded: every \d+ s$/m);
    const postmaster = join(dataDir, 'postgres', 'cluster', 'postmaster.pid');
    assert.equal(existsSync(postmaster), true);
    assert.equal(await end(child, 'SIGTERM'), 0);
    assert.equal(existsSync(postmaster), false);
    assert.equal(existsSync(join(dataDir, 'controller.json')), false);
    assert.equal(statSync(join(dataDir, 'master.key')).mode & 0o777, 0o600);
  });

  it('adopts everything after kill -9, and a second one is refused beside it', async () => {
    const first = await start();
    await end(first, 'SIGKILL');
    await start();
    assert.match(log, /"adopted":true/);
    const second = await run([]);
    assert.equal(second.exitCode, 1);
    assert.match(second.stderr, new RegExp(`process ${running().pid}.*uses ${dataDir} already`));
    assert.equal((await fetch(`${running().url}/health`)).status, 200, 'the first one was not disturbed');
  });

  it('refuses a port that was asked for and is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    for (const name of ['DEIS_PORT', 'DEIS_GIT_PORT', 'DEIS_SLUG_PORT']) {
      const refused = await run([], { DEIS_SLUG_BIND: '127.0.0.1', [name]: String(port) });
      assert.equal(refused.exitCode, 2);
      assert.match(
        refused.stderr,
        new RegExp(`^deis-controller: ${name}=${port}: another process listens`, 'm'),
      );
    }
    taken.close();
  });

  it("refuses a master key that is not this database's, and leaves nothing running", async () => {
    await end(await start(), 'SIGTERM');
    writeFileSync(join(dataDir, 'master.key'), `${'00'.repeat(32)}\n`);
    const refused = await run([]);
    assert.equal(refused.exitCode, 2);
    assert.match(refused.stderr, /not the master key that this database was encrypted under/);
    assert.equal(existsSync(join(dataDir, 'postgres', 'cluster', 'postmaster.pid')), false);
  });

  it('replaces the master key, not while it runs, and goes on where it was cut off', async () => {
    const child = await start();
    const running = await run(['--rotate-master-key']);
    assert.deepEqual([running.exitCode, /uses .* already/.test(running.stderr)], [1, true]);
    await end(child, 'SIGTERM');
    const path = join(dataDir, 'master.key');
    const first = readFileSync(path, 'utf8');
    const rotated = await run(['--rotate-master-key']);
    assert.equal(rotated.exitCode, 0, rotated.stderr);
    assert.match(
      rotated.stdout,
      /^[1-9]\d* secrets are encrypted under a new master key\nthe older key is in .*master\.key\.old/,
    );
    const second = readFileSync(path, 'utf8');
    assert.deepEqual(
      [second.length, second === first, readFileSync(`${path}.old`, 'utf8')],
      [65, false, first],
    );
    assert.deepEqual(
      [path, `${path}.old`].map((each) => statSync(each).mode & 0o777),
      [0o600, 0o600],
    );
    writeFileSync(path, `${'ab'.repeat(32)}\n${second}`);
    const resumed = await run(['--rotate-master-key']);
    assert.match(resumed.stdout, /this ended an earlier rotation that was cut off/, resumed.stderr);
    assert.equal(readFileSync(path, 'utf8'), `${'ab'.repeat(32)}\n`);
    assert.equal(readFileSync(`${path}.old`, 'utf8'), `${second}${first}`);
    await end(await start(), 'SIGTERM');
  });

  it('does not begin empty over a backup, unless it is told to', async () => {
    const more = { DEIS_BACKUP_TO: join(dataDir, 'backups') };
    const archive = `deis-${env['DEIS_INSTANCE']}-20261129T050607Z.backup.age`;
    mkdirSync(more.DEIS_BACKUP_TO);
    writeFileSync(join(more.DEIS_BACKUP_TO, archive), '');
    const refusesTo = async (args: readonly string[], expected: RegExp): Promise<void> => {
      const refused = await run(args, more);
      assert.equal(refused.exitCode, 2, refused.stderr);
      assert.match(refused.stderr, expected);
    };
    await refusesTo([], /backup restore --from .*\.backup\.age\n.*serve --begin-empty/);
    await refusesTo(['rotate-master-key'], /holds no database yet/);
    assert.equal(existsSync(join(dataDir, 'postgres')), false);
    // A cluster that another command made, and that no controller has opened, is no database either.
    await run(['database-url'], more);
    await refusesTo([], /The newest is of 2026-11-29T05:06:07\.000Z/);
    await end(await start(more, ['serve', '--begin-empty']), 'SIGTERM');
  });

  it('names a database that cannot be reached, without its password', async () => {
    const refused = await run([], { DATABASE_URL: 'postgres://deis:sentinel@127.0.0.1:1/deis' });
    assert.equal(refused.exitCode, 2);
    assert.match(refused.stderr, /cannot use the database deis on 127\.0\.0\.1:1/);
    assert.doesNotMatch(refused.stderr, /sentinel/);
  });

  it('lists every wrong setting and starts nothing', async () => {
    const refused = await run([], { DEIS_WORKERS: 'many', DEIS_LOG_LEVEL: 'loud' });
    assert.equal(refused.exitCode, 2);
    assert.match(refused.stderr, /DEIS_WORKERS='many'.*\n.*DEIS_LOG_LEVEL='loud'/);
    assert.equal(existsSync(join(dataDir, 'postgres')), false);
    assert.equal((await run(['--check'])).stdout.trim(), 'the settings are right');
    const misspelt = await run(['--check'], {
      DEIS_BUILD_CPUZ: '1',
      DEIS_TLS_CERT: join(dataDir, 'none.pem'),
      DEIS_TLS_KEY: join(dataDir, 'none.key'),
    });
    assert.equal(misspelt.exitCode, 2);
    assert.match(misspelt.stderr, /DEIS_BUILD_CPUZ is not a setting[^]*DEIS_TLS_CERT: ENOENT/);
    assert.equal((await run(['--wrong'])).exitCode, 2);
    assert.match((await run(['--help'])).stdout, /DEIS_LEASE_SECONDS/);
  });

  it('has sub-commands with options and help of their own, and the old flags still mean them', async function () {
    // A start of the program for each of them.
    this.timeout(240_000);
    const help = (await run(['--help'])).stdout;
    const names = [...help.matchAll(/^  ([a-z]+(?:-[a-z]+)*) /gm)].map(([, name]) => name!);
    assert.ok(names.includes('serve') && names.includes('rotate-master-key'), help);
    for (const name of names) {
      const own = await run([name, '--help']);
      assert.deepEqual([own.exitCode, own.stderr], [0, ''], name);
      assert.match(own.stdout, new RegExp(`^Usage: deis-controller ${name} `), name);
    }
    for (const args of [['check'], ['--check'], ['check', '--roles', 'api'], ['--roles', 'api', '--check']])
      assert.equal((await run(args)).stdout, 'the settings are right', args.join(' '));
    for (const args of [['check', '--roles', 'dns'], ['--roles', 'dns', '--check'], ['--roles=dns']]) {
      const refused = await run(args);
      assert.deepEqual(
        [refused.exitCode, /DEIS_ROLES='dns'/.test(refused.stderr)],
        [2, true],
        args.join(' '),
      );
    }
    const unknown = await run(['frobnicate']);
    assert.equal(unknown.exitCode, 2);
    assert.match(
      unknown.stderr,
      /^deis-controller: frobnicate is not a command .* expected one of serve, check,/,
    );
    assert.deepEqual([(await run(['purge', '--roles', 'api'])).exitCode, existsSync(dataDir)], [2, true]);
    for (const args of [['stop-database'], ['--stop-database']])
      assert.equal((await run(args)).stdout, 'no embedded database runs', args.join(' '));
  });

  it("hands out the database's URL, and knex's own command works on it", async () => {
    const { stdout: url } = await run(['--database-url']);
    assert.match(url, /^postgres:\/\/deis:[^@]+@127\.0\.0\.1:\d+\/deis$/);
    const knex = (args: string[]) =>
      execa(process.execPath, [join(projectRoot, 'node_modules', 'knex', 'bin', 'cli.js'), ...args], {
        cwd: projectRoot,
        env,
      });
    assert.match(
      (await knex(['migrate:status'])).stdout,
      /Found \d+ Pending Migration file\/files[\s\S]*0001-formations/,
    );
    await knex(['migrate:latest']);
    assert.match(
      (await knex(['migrate:status'])).stdout,
      /Found \d+ Completed Migration file\/files[\s\S]*No Pending/,
    );
  });
});
