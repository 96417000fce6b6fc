import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import { waitUntil } from '../../base/wait-until.js';
import { pageCommands } from '../support/source/page-commands.js';
import { PlaneBench } from '../support/server/plane-bench.js';
import type { StartedNode } from '../support/nodes/docker-node.js';

/** What a converge may leave on a host. */
const traces =
  'find /etc /opt /usr/local /var/lib -xdev -not -path "/var/lib/docker/*" -not -path "/var/lib/systemd/*" ' +
  '-printf "%p %y %m %u %s\\n" | sort; dpkg-query -W | sort';
const pidOf = 'systemctl show --property=MainPID --value deis-controller';

/** docs/install.md, as an operator follows it, on hosts that have nothing of it. */
describe('deis-controller install', function () {
  // A first apply on three servers takes two minutes on an idle machine, and seven on a busy one.
  this.timeout(1_200_000);
  const bench = new PlaneBench();
  const at = (name: string): string => bench.at(name);

  before(() => bench.prepare());
  after(() => bench.remove());

  describe('on one host', () => {
    let host: StartedNode;
    let first: string;

    before(async () => {
      host = await bench.startHost(1);
      await bench.writePlanes('one-host', { one: host });
    });

    it('says what would change, and changes nothing', async () => {
      const untouched = await host.sh(traces);
      const { stdout } = await bench.controller(['install', '--plan', 'planes.yaml']);
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
        cwd: bench.place,
        env: bench.env(),
        all: true,
        timeout: 1_100_000,
      });
      first = all;
      assert.match(first, /applied: \d+ changes on 1 host; the API answers at https:/);
      assert.equal(await bench.ask(host, '/health'), 200);
      await bench.registerAndLogin(host, [host]);
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
      assert.match(await bench.apply(), /nothing to change: \d+ resources on 1 host are as they should be/);
      assert.equal(await host.sh(pidOf), pid);
    });

    it('leaves what serves where settings are not right, and names host, resource and exit code', async () => {
      const pid = await host.sh(pidOf);
      const good = readFileSync(at('planes.yaml'), 'utf8');
      const whole = parse(good) as { settings: object };
      // It holds no key, which only the host can find out.
      const settings = { ...whole.settings, DEIS_MASTER_KEY_FILE: '/etc/hostname' };
      writeFileSync(at('planes.yaml'), stringify({ ...whole, settings }));
      const said = await bench.apply(1);
      assert.match(said, /one: execute\[release and settings in service\] failed with exit code 1:/);
      assert.match(said, /\/etc\/hostname[^]*exit code 2: nothing was changed, and .* serves on/);
      assert.deepEqual([await host.sh(pidOf), await bench.ask(host, '/health')], [pid, 200]);
      writeFileSync(at('planes.yaml'), good);
      await bench.apply();
      assert.equal(await host.sh(pidOf), pid);
    });

    it('enters no host whose key is another, or is not in the file', async () => {
      const good = readFileSync(at('planes.yaml'), 'utf8');
      const fingerprint = /SHA256:\S+/.exec(good)![0];
      writeFileSync(at('planes.yaml'), good.replace(fingerprint, `SHA256:${'A'.repeat(43)}`));
      assert.match(
        await bench.apply(2),
        /hosts\.one\.host_key is "SHA256:A+", and .* shows SHA256:.*nothing was sent/,
      );
      writeFileSync(at('planes.yaml'), good.replace(/ *host_key: .*\n/, ''));
      const said = await bench.apply(2);
      assert.ok(said.includes(`hosts.one.host_key is missing`) && said.includes(fingerprint), said);
      writeFileSync(at('planes.yaml'), good);
    });
  });

  describe('on three servers', () => {
    let hosts: [StartedNode, StartedNode, StartedNode];

    before(async () => {
      hosts = [await bench.startHost(2), await bench.startHost(3), await bench.startHost(4)];
      await bench.letIn(hosts);
      const [database, middle, front] = hosts;
      await bench.writePlanes('three-servers', { database, controller: middle, front });
    });

    it('answers strangers nowhere after an apply that failed before the front, and is applied again', async () => {
      const [, , front] = hosts;
      // The image has it, without Debian's site; a host of an operator has not.
      await front.sh('DEBIAN_FRONTEND=noninteractive apt-get purge -y -q nginx-common && rm -rf /etc/nginx');
      const good = readFileSync(at('planes.yaml'), 'utf8');
      const whole = parse(good) as { settings: object };
      const settings = { ...whole.settings, DEIS_MASTER_KEY_FILE: '/etc/hostname' };
      writeFileSync(at('planes.yaml'), stringify({ ...whole, settings }));
      assert.match(await bench.apply(1), /not begun: front of front/);
      assert.match(await front.sh("dpkg-query -W -f '${db:Status-Status}' nginx"), /^installed/);
      assert.equal(await front.sh('ss -Hnlt "sport = 80 or sport = 443"'), '');
      writeFileSync(at('planes.yaml'), good);
    });

    it('makes each what it is for, and people reach all of it at the front', async () => {
      const [database, middle, front] = hosts;
      assert.match(await bench.apply(), /applied: \d+ changes on 3 hosts/);
      assert.equal(await bench.ask(front, '/health'), 200);
      await bench.registerAndLogin(front, [middle]);
      const query = async (statement: string): Promise<string> =>
        (await database.sh(`runuser -u postgres -- psql -XAt -P pager=off -c "${statement}"`)).trim();
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
      assert.match(await bench.gitBanner(front), /ssh-ed25519/);
    });

    it('changes nothing the second time', async () => {
      assert.match(await bench.apply(), /nothing to change: \d+ resources on 3 hosts are as they should be/);
    });

    it('goes on with the copy of the database when its host is lost', async () => {
      const [database, middle, front] = hosts;
      await database.container.kill();
      const [promote] = pageCommands('install.md', 'When the host of PostgreSQL is lost').split('\n');
      const version = (await middle.sh('ls /etc/postgresql')).trim();
      await middle.sh(promote!.replace(/^.* sudo /, '').replace('15', version));
      const { hosts: described, ...whole } = bench.read<{ hosts: Record<string, object> }>();
      const left = Object.fromEntries(Object.entries(described).filter(([name]) => name !== 'database'));
      writeFileSync(
        at('planes.yaml'),
        stringify({ ...whole, hosts: left, postgresql: { host: 'controller' } }),
      );
      assert.match(await bench.apply(), /applied: \d+ changes on 2 hosts/);
      assert.equal(await bench.ask(front, '/health'), 200);
      assert.match(await bench.deis(front, 'users'), /ada/);
      assert.match(await bench.apply(), /nothing to change/);
    });
  });
});
