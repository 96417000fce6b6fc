import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import pg from 'pg';
import { LiveFormation } from '../../bench/live-formation.js';
import { waitUntil } from '../../base/wait-until.js';
import { controllerProgram } from '../support/server/controller-process.js';
import { prepareMachine } from '../support/nodes/docker-machine.js';
import { insideNode } from '../support/nodes/inside-node.js';
import { offerPackage, replaces } from '../support/nodes/offer-package.js';
import { PollingClient } from '../support/server/polling-client.js';
import { pageCommands } from '../support/source/page-commands.js';
import { projectRoot } from '../support/source/source-imports.js';

interface Node {
  readonly id: string;
  readonly status: string;
  readonly address: string;
}
interface Container {
  readonly node: string;
  readonly state: string;
}

interface Operation {
  readonly kind: string;
  readonly state: string;
}

const rebooted = 'A host is rebooted';
/** What `config:set` is called in `deis ops`. */
const setConfig = 'deploy';
/** What an operator's settings would be, but for the watch, whose patience is short here. */
const settings = { DEIS_WATCH_SECONDS: '1', DEIS_SWEEP_SECONDS: '2' };

/** docs/operations.md, as an operator follows it: each thing is broken, then the commands of its section are run. */
describe('docs/operations.md', function () {
  this.timeout(240_000);
  const place = mkdtempSync(join(tmpdir(), 'deis-operations-'));
  let live: LiveFormation;

  /** Runs the commands of a section with the real deis and deis-controller; those of systemd are not for here. */
  async function follow(
    heading: string,
    node = '',
    lines = pageCommands('operations.md', heading).split('\n'),
  ): Promise<string> {
    const commands = lines
      .filter((line) => !/^(systemctl|journalctl) /.test(line))
      .map((line) => line.replace('NODE', node))
      .join('\n');
    const { developer, controller } = live;
    const { all } = await execa('sh', ['-eux', '-c', commands], {
      cwd: developer.app,
      env: {
        ...developer.env,
        PATH: `${join(place, 'bin')}:${process.env['PATH']}`,
        DEIS_DATA_DIR: controller.dataDir,
        DEIS_BACKUP_TO: join(place, 'backups'),
      },
      all: true,
      timeout: 200_000,
    });
    return all;
  }

  const nodes = (): Promise<Node[]> => live.developer.json<Node[]>(['nodes']);
  const statusOf = async (node: string): Promise<string | undefined> =>
    (await nodes()).find(({ id }) => id === node)?.status;
  const operations = (): Promise<Operation[]> => live.developer.json<Operation[]>(['ops']);
  const until = (holds: () => Promise<boolean>, what: string): Promise<true> =>
    waitUntil(async () => ((await holds()) ? (true as const) : undefined), {
      deadlineMs: 60_000,
      intervalMs: 250,
      what,
    });
  const serving = async (): Promise<string[]> =>
    (await live.developer.json<Container[]>(['ps']))
      .filter(({ state }) => state === 'serving')
      .map(({ node }) => node)
      .sort();
  const endMachine = async (node: string): Promise<void> => {
    const { docker } = await prepareMachine();
    await docker.getContainer(`deis-${live.controller.instance}-${node}`).kill();
  };
  const untilServed = (address: string): Promise<true> =>
    until(
      () =>
        fetch(`http://${address}/`, { signal: AbortSignal.timeout(5_000) }).then(
          ({ status }) => status === 200,
          () => false,
        ),
      `${address} to serve the app`,
    );
  const killDatabase = async (): Promise<void> => {
    const { stdout } = await execa(process.execPath, [controllerProgram, 'database-url'], {
      env: { DEIS_DATA_DIR: live.controller.dataDir },
      timeout: 60_000,
    });
    const connection = new pg.Client({ connectionString: stdout, connectionTimeoutMillis: 10_000 });
    connection.on('error', () => undefined); // it ends with the server
    await connection.connect();
    const { rows } = await connection.query<{ data_directory: string }>('show data_directory');
    const [pid] = readFileSync(join(rows[0]!.data_directory, 'postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(pid), 'SIGKILL');
  };
  /** Does something while clients ask for the app, who must not notice. */
  const unnoticed = async (urls: readonly string[], work: () => Promise<void>): Promise<void> => {
    const clients = urls.map((url) => new PollingClient().start(url, 10));
    const stop = async () => (await Promise.all(clients.map((client) => client.stop()))).flat();
    try {
      await work();
    } finally {
      await stop();
    }
    const answers = clients.flatMap((client) => client.answers);
    assert.ok(answers.length > 20);
    assert.deepEqual(
      answers.filter(({ status }) => status !== 200),
      [],
    );
  };

  before(async function () {
    this.timeout(600_000);
    mkdirSync(join(place, 'bin'));
    mkdirSync(join(place, 'backups'), { mode: 0o700 });
    for (const [name, program] of [
      ['deis', join(projectRoot, 'bin', 'deis.js')],
      ['deis-controller', controllerProgram],
    ] as const) {
      writeFileSync(join(place, 'bin', name), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
      chmodSync(join(place, 'bin', name), 0o755);
    }
    live = await LiveFormation.start('node-hello', ['runtime=2', 'proxy=2'], settings);
    await live.developer.deis(['scale', 'web=2']);
    await live.pushGreeting('all is well');
    await live.atRest();
  });

  after(async () => {
    await live.close();
    rmSync(place, { recursive: true, force: true });
  });

  it('looks at an app that is well', async () => {
    const seen = await follow('Where to look first');
    assert.match(seen, /bench-runtime-1 .*ready/);
    assert.match(seen, /push of \w+ is done/);
    assert.match(seen, /collect-unneeded/);
  });

  it('has a runtime node replaced whose machine is gone, and clients see the app all the while', () =>
    unnoticed(live.urls, async () => {
      await endMachine('bench-runtime-1');
      await until(
        async () =>
          (await statusOf('bench-runtime-1')) === 'lost' &&
          String(await serving()) === 'bench-runtime-2,bench-runtime-2',
        'its containers to run elsewhere',
      );
      const seen = await follow('A runtime node fails', 'bench-runtime-1');
      assert.match(seen, /bench-runtime-1 .*lost/);
      await live.atRest();
      assert.deepEqual(
        (await nodes()).filter(({ status }) => status !== 'ready'),
        [],
      );
      assert.equal(new Set(await serving()).size, 2);
    }));

  it('has a host rebooted that was emptied before, and nobody notices', () =>
    unnoticed(live.urls, async () => {
      const node = (await nodes()).find(({ id }) => id.includes('-runtime-'))!.id;
      const began = async (): Promise<string> =>
        (await live.developer.deis(['nodes:ssh', node, 'cat /proc/1/stat'])).stdout.split(' ')[21]!;
      const before = await began();
      const [drain, reboot, ...after] = pageCommands('operations.md', rebooted).split('\n');
      await follow(rebooted, node, [drain!, reboot!]);
      assert.equal(new Set(await serving()).has(node), false);
      await until(
        async () => (await statusOf(node)) === 'ready' && (await began().catch(() => before)) !== before,
        'it to be back',
      );
      await follow(rebooted, node, after);
      await live.atRest();
      assert.equal(new Set(await serving()).size, 2);
    }));

  it('has nodes get new packages, an engine and two ways to a new nginx, and nobody notices', () =>
    unnoticed(live.urls, async () => {
      const heading = 'Nodes get new packages';
      const [upgrade, , balance] = pageCommands('operations.md', heading).split('\n');
      const runtime = (await nodes()).find(({ id }) => id.includes('-runtime-'))!.id;
      const asDebian = `${replaces('nginx')}; invoke-rc.d nginx upgrade || invoke-rc.d nginx restart`;
      for (const [node, unit, configures] of [
        [runtime, 'docker', replaces('dockerd')],
        ['bench-proxy-1', 'nginx', asDebian],
        ['bench-proxy-2', 'nginx', replaces('nginx')],
      ] as const) {
        const container = `deis-${live.controller.instance}-${node}`;
        const process = (): Promise<string> =>
          insideNode(
            container,
            unit === 'nginx' ? 'cat /run/nginx.pid' : `systemctl show -p MainPID --value ${unit}`,
          );
        await offerPackage(container, configures);
        const before = await process();
        assert.match(await follow(heading, node, [upgrade!]), /deis-offered 1 -> 2[^]*Upgraded 1 package of/);
        assert.notEqual(await process(), before);
        await insideNode(container, `systemctl is-active ${unit}`);
      }
      assert.equal(new Set(await serving()).has(runtime), false);
      await follow(heading, runtime, [balance!]);
      await live.atRest();
      assert.ok((await serving()).includes(runtime));
    }));

  it('has a proxy replaced, which serves at the address that is shown', () =>
    unnoticed(live.urls.slice(1), async () => {
      await endMachine('bench-proxy-1');
      await until(async () => (await statusOf('bench-proxy-1')) === 'lost', 'it to be found out');
      await follow('A proxy fails', 'bench-proxy-1');
      const proxies = (await nodes()).filter(({ id }) => id.includes('-proxy-'));
      assert.equal(proxies.length, 2);
      for (const { address } of proxies) await untilServed(address);
    }));

  it('goes on after the controller was killed, with the operation that was under way', () =>
    unnoticed(live.urls.slice(1), async () => {
      const { controller, developer } = live;
      const asked = Promise.allSettled([developer.deis(['config:set', 'GREETING=kept'])]);
      await until(
        async () => (await operations()).some(({ kind, state }) => kind === setConfig && state === 'running'),
        'the operation to begin',
      );
      await controller.kill();
      await controller.start(settings);
      assert.match(await follow('The controller fails'), new RegExp(setConfig));
      await asked;
      await live.atRest();
      assert.equal((await operations()).find(({ kind }) => kind === setConfig)?.state, 'succeeded');
      assert.match((await developer.deis(['config'])).stdout, /kept/);
    }));

  it('takes changes again by itself after the embedded database was killed', () =>
    unnoticed(live.urls.slice(1), async () => {
      const { developer } = live;
      await killDatabase();
      await until(
        () =>
          developer.deis(['ps']).then(
            () => true,
            () => false,
          ),
        'the API to answer',
      );
      await developer.deis(['config:set', 'GREETING=after the database']);
      await follow('The database fails');
    }));

  it('sees what takes the room, and makes some', async () => {
    const [{ id } = { id: '' }] = await nodes();
    const seen = await follow('A disk is full', id);
    assert.match(seen, /Images/);
    assert.match(seen, /overlay/);
  });
});
