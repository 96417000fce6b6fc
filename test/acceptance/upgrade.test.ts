import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import pg from 'pg';
import { waitUntil } from '../../base/wait-until.js';
import { ControllerProcess, controllerProgram } from '../support/server/controller-process.js';
import { PollingClient } from '../support/server/polling-client.js';
import { lastRelease } from '../support/server/last-release.js';

/** What an operator may wait for the API between two releases; docs/upgrade.md has what was measured. */
const longestGapMs = 20_000;

/** Asks for `url` all the while. @returns the longest time without a good answer */
async function gapDuring(url: string, work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  const client = new PollingClient().start(url, 50);
  await work().finally(() => client.stop());
  const good = client.answers.filter(({ status }) => status === 200).map(({ endedAt }) => endedAt);
  const marks = [began, ...good.sort((one, other) => one - other), performance.now()];
  return Math.round(Math.max(...marks.slice(1).map((at, index) => at - marks[index]!)));
}

interface Operation {
  readonly id: string;
  readonly state: string;
}

/** docs/upgrade.md, from the release before to this one and back, each time with an operation that goes on. */
describe('an upgrade from the release before, and back', function () {
  this.timeout(180_000);
  const controller = new ControllerProcess();
  const backups = join(controller.dataDir, '..', `deis-upgrade-${controller.instance}`);
  const key = join(backups, 'key');
  const settings: Record<string, string> = { DEIS_PROVIDERS: 'mock', DEIS_BACKUP_BASE_HOURS: '0' };
  let olderProgram: string;
  let token = '';
  let nodes = 0;

  /** The API as a program asks it, which does not wait for operations. */
  const ask = <T>(method: string, path: string, body?: object): Promise<T> =>
    controller.ask(method, path, { body, token, headers: { Prefer: 'respond-async' } });

  /** `deis-controller` of this release on the data of the one that runs. */
  const run = async (...args: string[]) =>
    execa(process.execPath, [controllerProgram, ...args], {
      env: await controller.environment(settings),
      reject: false,
    });

  /** Begins one more node, which takes 4 s. */
  async function beginScale(): Promise<Operation> {
    nodes += 1;
    const operation = await ask<Operation>('POST', '/api/formations/shop/scale/layers', { jobs: nodes });
    const begun = await stateOf(operation, ['running', 'succeeded', 'failed']);
    assert.equal(begun.state, 'running', JSON.stringify(begun));
    return operation;
  }

  const stateOf = ({ id }: Operation, wanted: readonly string[]): Promise<Operation> =>
    waitUntil(
      async () => {
        const operation = await ask<Operation>('GET', `/api/operations/${id}`);
        return wanted.includes(operation.state) ? operation : undefined;
      },
      { deadlineMs: 60_000, intervalMs: 100, what: `the operation to be ${wanted.join(' or ')}` },
    );

  /** The other release in place of the one that runs, in the midst of an operation. */
  async function replace(program: string): Promise<number> {
    const operation = await beginScale();
    const gap = await gapDuring(`${controller.running.url}/health`, async () => {
      await controller.stop();
      await controller.start(settings, { program });
    });
    assert.equal((await stateOf(operation, ['succeeded', 'failed'])).state, 'succeeded');
    const { results } = await ask<{ results: { layer: string }[] }>('GET', '/api/formations/shop/nodes');
    assert.equal(results.filter(({ layer }) => layer === 'jobs').length, nodes);
    assert.ok(gap < longestGapMs, `${gap} ms`);
    return gap;
  }

  before(async () => {
    olderProgram = lastRelease();
    mkdirSync(backups, { mode: 0o700 });
    await controller.start(settings, { program: olderProgram });
    const login = { username: 'ada', password: 'correct horse battery' };
    await ask('POST', '/api/auth/register', { ...login, email: 'ada@example.com' });
    ({ token } = await ask<{ token: string }>('POST', '/api/auth/login', login));
    await ask('POST', '/api/flavors', { id: 'slow', provider: 'mock', params: { latency: 4000 } });
    await ask('POST', '/api/formations', { id: 'shop' });
    await ask('POST', '/api/formations/shop/layers', { id: 'jobs', flavor: 'slow', kind: 'custom' });
  });
  after(async () => {
    await controller.remove();
    await execa('rm', ['-rf', backups]);
  });

  it('is refused without a place for the backup before it', async () => {
    const { exitCode, stdout, stderr } = await run('upgrade', '--check');
    assert.equal(exitCode, 2, stderr);
    assert.match(stdout, /migrations for this database: .*0047-schema-needs/);
    assert.match(stdout, /they add alone: the release before serves on/);
    assert.match(stderr, /DEIS_BACKUP_TO is not set/);
  });

  it('says what it would do, and does nothing, when it is asked to check', async () => {
    const { stdout: recipient } = await run('backup', 'key', key);
    Object.assign(settings, {
      DEIS_BACKUP_TO: backups,
      DEIS_BACKUP_RECIPIENTS: recipient.trim().split('\n').at(-1)!,
      DEIS_BACKUP_IDENTITY_FILE: key,
    });
    const { exitCode, stdout, stderr } = await run('upgrade', '--check');
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /there is no backup in .* yet/);
    assert.deepEqual(readdirSync(backups), ['key']);
  });

  it('backs up and migrates while the release before serves, in the midst of an operation', async () => {
    const operation = await beginScale();
    const longest = await gapDuring(`${controller.running.url}/health`, async () => {
      const { exitCode, stdout, stderr } = await run('upgrade');
      assert.equal(exitCode, 0, stderr);
      assert.match(stdout, /^deis-\S+ restores: /m);
      assert.match(stdout, /^migrated: .*0047-schema-needs.*\. Restart each controller now\.$/m);
      assert.equal(readdirSync(backups).filter((name) => name.startsWith('deis-')).length, 1);
      await stateOf(operation, ['succeeded']);
    });
    assert.ok(longest < 2_000, `the API did not answer for ${longest} ms`);
    const again = await run('upgrade');
    assert.match(again.stdout, /nothing to migrate/);
  });

  it('goes to this release, back to the one before, and here again, and no operation is lost', async () => {
    const gaps = [];
    for (const program of [controllerProgram, olderProgram, controllerProgram])
      gaps.push(await replace(program));
    console.log(`      the API did not answer for ${gaps.join(', ')} ms`);
  });

  it('is refused in one sentence where a newer release has ended this one', async () => {
    const { stdout: url } = await run('database-url');
    const client = new pg.Client({ connectionString: url.trim() });
    client.on('error', () => undefined);
    await client.connect();
    await client.query("insert into schema_needs values ('9999-of-the-future')").finally(() => client.end());
    await controller.stop();
    for (const args of [['serve'], ['upgrade']]) {
      const { exitCode, stderr } = await run(...args);
      assert.equal(exitCode, 2, stderr);
      assert.match(
        stderr,
        /of a newer release: its schema needs 9999-of-the-future, which deis-controller \d/,
      );
      assert.match(stderr, /Nothing was changed/);
    }
  });
});
