import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import { waitUntil } from '../../base/wait-until.js';
import { pageCommands } from '../support/source/page-commands.js';
import { controllerProgram } from '../support/server/controller-process.js';
import { prepareMachine, sweep } from '../support/nodes/docker-machine.js';
import { newInstance, startNode, type StartedNode } from '../support/nodes/docker-node.js';
import { projectRoot } from '../support/source/source-imports.js';

interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly all: string;
}

/** What a converge may leave on a host. */
const traces =
  'find /etc /opt /usr/local /var/lib -xdev -not -path "/var/lib/docker/*" -not -path "/var/lib/systemd/*" ' +
  '-printf "%p %y %m %u %s\\n" | sort; dpkg-query -W | sort';
const pidOf = 'systemctl show --property=MainPID --value deis-controller';

/** docs/install.md, as an operator follows it, on hosts that have nothing of it. */
describe('deis-controller install', function () {
  this.timeout(600_000);
  const place = mkdtempSync(join(tmpdir(), 'deis-planes-'));
  const instance = newInstance();
  const at = (name: string): string => join(place, name);
  // What was assembled of these sources once is not assembled again.
  const env = (): Record<string, string> => ({
    XDG_CACHE_HOME: join(projectRoot, 'node_modules', '.cache'),
    PATH: `${at('bin')}:${process.env['PATH'] ?? ''}`,
  });

  before(async () => {
    await prepareMachine();
    mkdirSync(at('bin'));
    writeFileSync(
      at('controller.sh'),
      `#!/bin/sh\nexec "${process.execPath}" "${controllerProgram}" "$@"\n`,
      {
        mode: 0o755,
      },
    );
    symlinkSync(at('controller.sh'), at('bin/deis-controller'));
  });

  after(async () => {
    await sweep(instance);
    rmSync(place, { recursive: true, force: true });
  });

  const startHost = (num: number): Promise<StartedNode> => startNode({ formation: 'plane', num, instance });

  /** Writes an example, with these hosts in the place of its own, to planes.yaml. */
  async function writePlanes(
    example: string,
    hosts: Readonly<Record<string, StartedNode>>,
    more: { readonly front: StartedNode; readonly settings?: object },
  ): Promise<void> {
    const whole = parse(
      readFileSync(join(projectRoot, 'examples', 'planes', `${example}.yaml`), 'utf8'),
    ) as object;
    const described: Record<string, object> = {};
    for (const [name, host] of Object.entries(hosts)) {
      writeFileSync(at('key'), host.ssh.privateKey.reveal(), { mode: 0o600 });
      const [, fingerprint] = (await host.sh('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')).split(' ');
      described[name] = { address: host.address, host_key: fingerprint };
    }
    const recipient = (await controller(['backup', 'key', at(`${example}-${Date.now()}.key`)])).stdout.trim();
    const file = {
      ...whole,
      public_url: `https://${more.front.address}`,
      ssh_key: 'key',
      hosts: described,
      // Images of builds take a minute of a mirror, and are not what this is about.
      controllers: Object.keys(hosts)
        .filter((name) => ['one', 'controller'].includes(name))
        .map((host) => ({ host, build_images: false })),
      proxy: { host: Object.keys(hosts).at(-1), tls: { self_signed: true } },
      backups: { to: '/var/backups/deis', recipients: [recipient] },
      settings: { DEIS_PROVIDERS: 'static', ...more.settings },
    };
    writeFileSync(at('planes.yaml'), stringify(file));
  }

  /** One key for all: nodes are launched with keys of their own. */
  async function letIn(hosts: readonly StartedNode[]): Promise<void> {
    const last = hosts.at(-1)!;
    const key = (await last.sh('cat /home/deis/.ssh/authorized_keys')).trim();
    for (const host of hosts) await host.sh(`echo '${key}' >>/home/deis/.ssh/authorized_keys`);
  }

  async function controller(args: readonly string[], expect = 0): Promise<Ended> {
    const ended = await execa(process.execPath, [controllerProgram, ...args], {
      cwd: place,
      env: env(),
      all: true,
      reject: false,
      timeout: 500_000,
    });
    assert.equal(ended.exitCode, expect, ended.all);
    return { ...ended, exitCode: expect };
  }
  const apply = async (expect = 0): Promise<string> =>
    (await controller(['install', '--apply', 'planes.yaml'], expect)).all;

  /** A request that trusts the front's own certificate alone. */
  async function ask(front: StartedNode, path: string): Promise<number | undefined> {
    const ca = await front.sh('cat /etc/deis-front/tls.crt');
    return new Promise((resolve, reject) => {
      const asked = request(
        `https://${front.address}${path}`,
        { ca, agent: false, timeout: 10_000 },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      );
      asked
        .on('error', reject)
        .on('timeout', () => asked.destroy(new Error('no answer in 10 s')))
        .end();
    });
  }

  async function deis(front: StartedNode, ...args: string[]): Promise<string> {
    writeFileSync(at('ca.pem'), await front.sh('cat /etc/deis-front/tls.crt'));
    const { all } = await execa(process.execPath, [join(projectRoot, 'bin', 'deis.js'), ...args], {
      cwd: place,
      env: { ...env(), HOME: place, NODE_EXTRA_CA_CERTS: at('ca.pem') },
      all: true,
      timeout: 60_000,
      stdin: 'ignore',
    });
    return all;
  }

  async function registerAndLogin(front: StartedNode, ofLog: StartedNode): Promise<void> {
    const log = await ofLog.sh('journalctl --no-pager --output cat --unit deis-controller --grep setupCode');
    const code = /"setupCode":"([^"]+)"/.exec(log)?.[1] ?? assert.fail(log);
    const url = `https://${front.address}`;
    const who = ['--username=ada', '--password=correct horse battery'];
    await deis(
      front,
      'register',
      url,
      ...who,
      '--email=ada@example.com',
      `--code=${code}`,
      '--known-hosts=no',
    );
    assert.match(await deis(front, 'login', url, ...who, '--known-hosts=no'), /ada/);
    assert.match(await deis(front, 'users'), /ada/);
  }

  describe('on one host', () => {
    let host: StartedNode;
    let first: string;

    before(async () => {
      host = await startHost(1);
      await writePlanes('one-host', { one: host }, { front: host });
    });

    it('says what would change, and changes nothing', async () => {
      const untouched = await host.sh(traces);
      const { stdout } = await controller(['install', '--plan', 'planes.yaml']);
      assert.match(
        stdout,
        /^one \([\d.]+; recipe\[deis::postgresql\], recipe\[deis::controller\], recipe\[deis::front\]\): /m,
      );
      assert.match(stdout, /^ {2}package\[postgresql\]$/m);
      assert.match(stdout, /\d+ changes on 1 host: nothing was changed, --apply makes them/);
      assert.equal(await host.sh(traces), untouched);
    });

    it('makes it so by the commands of the page, and people can log in', async () => {
      const commands = pageCommands('install.md', 'Plan and apply');
      const { all } = await execa('sh', ['-eux', '-c', commands], {
        cwd: place,
        env: env(),
        all: true,
        timeout: 500_000,
      });
      first = all;
      assert.match(first, /applied: \d+ changes on 1 host; the API answers at https:/);
      assert.equal(await ask(host, '/health'), 200);
      await registerAndLogin(host, host);
    });

    it('has the controller run as a user without rights, with its database and its backups', async () => {
      const sh = async (script: string): Promise<string> => (await host.sh(script)).trim();
      assert.equal(await sh(`ps -o user:32= -p "$(${pidOf})"`), 'deis-controller');
      assert.match(await sh('systemctl show --property=ProtectSystem --value deis-controller'), /strict/);
      assert.match(await sh('deis-controller schedule'), /^backup: every 86400 s$/m);
      assert.equal(await sh('stat -c "%a %U" /etc/deis-controller/controller.env'), '640 root');
      const password = await sh('cat /etc/deis-postgresql/password');
      assert.ok(password.length >= 32 && !first.includes(password));
      assert.ok(!(await sh('ps -eo args')).includes(password));
    });

    it('changes nothing the second time, and says so', async () => {
      const pid = await host.sh(pidOf);
      assert.match(await apply(), /nothing to change: \d+ resources on 1 host are as they should be/);
      assert.equal(await host.sh(pidOf), pid);
    });

    it('leaves what serves where settings are not right, and names host, resource and exit code', async () => {
      const pid = await host.sh(pidOf);
      const good = readFileSync(at('planes.yaml'), 'utf8');
      const whole = parse(good) as { settings: object };
      // It holds no key, which only the host can find out.
      const settings = { ...whole.settings, DEIS_MASTER_KEY_FILE: '/etc/hostname' };
      writeFileSync(at('planes.yaml'), stringify({ ...whole, settings }));
      const said = await apply(1);
      assert.match(said, /one: execute\[release and settings in service\] failed with exit code 1:/);
      assert.match(said, /\/etc\/hostname[^]*exit code 2: nothing was changed, and .* serves on/);
      assert.deepEqual([await host.sh(pidOf), await ask(host, '/health')], [pid, 200]);
      writeFileSync(at('planes.yaml'), good);
      await apply();
      assert.equal(await host.sh(pidOf), pid);
    });

    it('enters no host whose key is another, or is not in the file', async () => {
      const good = readFileSync(at('planes.yaml'), 'utf8');
      const fingerprint = /SHA256:\S+/.exec(good)![0];
      writeFileSync(at('planes.yaml'), good.replace(fingerprint, `SHA256:${'A'.repeat(43)}`));
      assert.match(
        await apply(2),
        /hosts\.one\.host_key is "SHA256:A+", and .* shows SHA256:.*nothing was sent/,
      );
      writeFileSync(at('planes.yaml'), good.replace(/ *host_key: .*\n/, ''));
      const said = await apply(2);
      assert.ok(said.includes(`hosts.one.host_key is missing`) && said.includes(fingerprint), said);
      writeFileSync(at('planes.yaml'), good);
    });
  });

  describe('on three servers', () => {
    let hosts: [StartedNode, StartedNode, StartedNode];

    before(async () => {
      hosts = [await startHost(2), await startHost(3), await startHost(4)];
      await letIn(hosts);
      const [database, middle, front] = hosts;
      await writePlanes('three-servers', { database, controller: middle, front }, { front });
    });

    it('makes each what it is for, and people reach all of it at the front', async () => {
      const [database, middle, front] = hosts;
      assert.match(await apply(), /applied: \d+ changes on 3 hosts/);
      assert.equal(await ask(front, '/health'), 200);
      await registerAndLogin(front, middle);
      const query = async (statement: string): Promise<string> =>
        (await database.sh(`runuser -u postgres -- psql -XAt -c "${statement}"`)).trim();
      const isStreaming = async (): Promise<true | undefined> =>
        (await query('select state from pg_stat_replication')) === 'streaming' || undefined;
      await waitUntil(isStreaming, { deadlineMs: 20_000, intervalMs: 200, what: 'the copy to follow' });
      const users =
        "string_agg(distinct usename || case when ssl then ' over TLS' else ' in clear' end, ', ')";
      const connections = 'pg_stat_ssl join pg_stat_activity using (pid)';
      assert.equal(
        await query(`select ${users} from ${connections} where usename like 'deis%'`),
        'deis over TLS, deis_copy over TLS',
      );
      const banner = await execa('sh', ['-c', `ssh-keyscan -T 5 -p 2222 ${front.address} 2>&1`]);
      assert.match(banner.stdout, /ssh-ed25519/);
    });

    it('changes nothing the second time', async () => {
      assert.match(await apply(), /nothing to change: \d+ resources on 3 hosts are as they should be/);
    });

    it('goes on with the copy of the database when its host is lost', async () => {
      const [database, middle, front] = hosts;
      await database.container.kill();
      const [promote] = pageCommands('install.md', 'When the host of PostgreSQL is lost').split('\n');
      const version = (await middle.sh('ls /etc/postgresql')).trim();
      await middle.sh(promote!.replace(/^.* sudo /, '').replace('15', version));
      const { hosts: described, ...whole } = parse(readFileSync(at('planes.yaml'), 'utf8')) as {
        hosts: Record<string, object>;
      };
      const left = Object.fromEntries(Object.entries(described).filter(([name]) => name !== 'database'));
      writeFileSync(
        at('planes.yaml'),
        stringify({ ...whole, hosts: left, postgresql: { host: 'controller' } }),
      );
      assert.match(await apply(), /applied: \d+ changes on 2 hosts/);
      assert.equal(await ask(front, '/health'), 200);
      assert.match(await deis(front, 'users'), /ada/);
      assert.match(await apply(), /nothing to change/);
    });
  });
});
