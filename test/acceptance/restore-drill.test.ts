import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import pg from 'pg';
import { LiveFormation } from '../../bench/live-formation.js';
import { EmbeddedPostgres } from '../../server/store/postgres/embedded-postgres.js';
import { containersOfInstance } from '../support/nodes/docker-machine.js';
import { controllerProgram } from '../support/server/controller-process.js';
import { PollingClient } from '../support/server/polling-client.js';
import { pageCommands } from '../support/source/page-commands.js';

/** Of the audit log, beside what the formation has: some 30 MB. */
const auditRows = 150_000;
const maxRestoreMs = 60_000;

/**
 * docs/backup.md, as an operator follows it: a controller is killed, its data directory is deleted, and what its
 * backup restores knows the same nodes, whose app serves meanwhile.
 */
describe('a controller that is lost and restored', function () {
  this.timeout(300_000);
  const place = mkdtempSync(join(tmpdir(), 'deis-drill-'));
  let live: LiveFormation;
  let clients: PollingClient[] = [];

  /** Runs commands of the page, with its folders in a place of the test's. */
  async function follow(heading: string): Promise<string> {
    const { dataDir } = live.controller;
    const commands = pageCommands('backup.md', heading)
      .replaceAll('/etc/deis/keys/', `${place}/`)
      .replaceAll('/var/backups/deis', join(place, 'backups'))
      .replaceAll('/var/lib/deis', dataDir);
    const { all } = await execa('sh', ['-eux', '-c', commands], {
      env: { PATH: `${place}/bin:${process.env['PATH']}`, DEIS_DATA_DIR: dataDir },
      all: true,
      timeout: 180_000,
    });
    return all;
  }

  before(async function () {
    this.timeout(600_000);
    mkdirSync(join(place, 'bin'));
    const program = join(place, 'bin', 'deis-controller');
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${controllerProgram}' "$@"\n`);
    chmodSync(program, 0o755);
    live = await LiveFormation.start('node-hello', ['runtime=1', 'proxy=1']);
    await live.pushGreeting('before the fire');
    await live.atRest();
    await addAuditRows();
  });

  after(async () => {
    await Promise.all(clients.map((client) => client.stop()));
    await live.close();
    rmSync(place, { recursive: true, force: true });
  });

  async function addAuditRows(): Promise<void> {
    const { stdout } = await execa(process.execPath, [controllerProgram, 'database-url'], {
      env: { DEIS_DATA_DIR: live.controller.dataDir },
      timeout: 60_000,
    });
    const client = new pg.Client({ connectionString: stdout, connectionTimeoutMillis: 10_000 });
    await client.connect();
    await client.query(
      `insert into audit_entries (actor, action, target)
       select 'ada', 'GET /formations', jsonb_build_object('text', repeat(md5(n::text), 4))
       from generate_series(1, ${auditRows}) n`,
    );
    await client.end();
  }

  /** The host has burnt down: neither data directory nor database are left. People have their own machines. */
  async function loseHost(): Promise<void> {
    const { controller } = live;
    await controller.kill();
    await EmbeddedPostgres.remove(join(controller.dataDir, 'postgres'));
    renameSync(join(controller.dataDir, 'people'), join(place, 'people'));
    rmSync(controller.dataDir, { recursive: true });
  }

  const releases = (): Promise<unknown> => live.developer.json(['releases']);
  /** Without the times that it took. */
  const plan = async (): Promise<string> =>
    (await live.developer.deis(['plan'])).all.replaceAll(/^.*\d ms\)\n/gm, '');

  it('answers within a minute, plans no change, costs the app no request, and destroys its nodes', async () => {
    const { controller, developer } = live;
    clients = live.urls.map((url) => new PollingClient().start(url, 20));
    const [before, planned] = [await releases(), await plan()];
    assert.match(planned, /nothing would change/);
    assert.match(await follow('Backup'), /restores: \d+ tables with 15\d{4} rows/);

    await loseHost();
    const startedAt = performance.now();
    await follow('Restore');
    // The id of the instance comes with the database.
    await controller.start({ DEIS_INSTANCE: '' });
    const tookMs = performance.now() - startedAt;
    renameSync(join(place, 'people'), join(controller.dataDir, 'people'));
    assert.ok(tookMs < maxRestoreMs, `${Math.round(tookMs)} ms from the archive to an API that answers`);
    const { instance } = JSON.parse(readFileSync(join(controller.dataDir, 'controller.json'), 'utf8')) as {
      instance: string;
    };
    assert.equal(instance, controller.instance);

    assert.deepEqual(await releases(), before);
    assert.equal(await plan(), planned);
    await live.pushGreeting('after the fire');
    await live.atRest();
    const answers = (await Promise.all(clients.map((client) => client.stop()))).flat();
    clients = [];
    assert.ok(answers.length > 100);
    assert.deepEqual(
      answers.filter(({ status }) => status !== 200),
      [],
    );
    assert.match(answers.at(-1)!.body, /after the fire/);

    assert.equal((await containersOfInstance(controller.instance, 'node')).length, 2);
    await developer.deis(['destroy', '--confirm=bench']);
    assert.deepEqual(await containersOfInstance(controller.instance, 'node'), []);
    assert.ok(!existsSync(join(controller.dataDir, 'restoring')));
  });
});
