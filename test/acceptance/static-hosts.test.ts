import assert from 'node:assert/strict';
import { askAnew } from '../support/server/ask-anew.js';
import { ControllerProcess } from '../support/server/controller-process.js';
import { Developer } from '../support/cli/developer.js';
import { prepareMachine, sweep } from '../support/nodes/docker-machine.js';
import { newInstance, startNode, type StartedNode } from '../support/nodes/docker-node.js';

interface Layer {
  id: string;
  ssh_username: string;
  ssh_public_key: string;
}
interface Node {
  id: string;
  layer: string;
  status: string;
  address: string;
  adopted: boolean;
  last_error: string | null;
}

/** What a converge may leave, with its content: compared before and after a host was a node. */
const traces = `
for path in /opt/deis /var/lib/deis /etc/deis /etc/nginx/deis \\
  /usr/local/sbin/deis-firewall /etc/systemd/system/deis-firewall.service /etc/systemd/system/deis-logs.service
do [ ! -e "$path" ] || echo "$path"; done
ls /etc/nginx/sites-enabled
sha256sum /etc/nginx/nginx.conf /etc/docker/daemon.json
docker ps -aq
docker images -q deis/stack
iptables-save | grep -c DEIS
dpkg-query -W -f '\${db:Status-Status} \${Package}\\n' | grep -c ^installed
true`;

/** The controller's images are of the first, whatever its nodes run. */
const hostSuites = ['bookworm', 'trixie', 'trixie'] as const;

/** docs/own-hosts.md, on hosts that the controller did not launch. */
describe('hosts that exist already', function () {
  this.timeout(120_000);
  const controller = new ControllerProcess();
  const elsewhere = newInstance();
  const hosts: StartedNode[] = [];
  let developer: Developer;

  before(async function () {
    this.timeout(600_000);
    await prepareMachine();
    for (const [index, suite] of hostSuites.entries())
      hosts.push(await startNode({ suite, formation: 'rack', num: index + 1, instance: elsewhere }));
    // An engine and no docker command: the adoption brings the package, and takes it away again.
    await hosts[2]!.sh(
      'DEBIAN_FRONTEND=noninteractive apt-get purge -y -q docker-cli && ! command -v docker',
    );
    const gateway = hosts[0]!.address.replace(/\.\d+$/, '.1');
    await controller.start({ DEIS_NODE_URL: `http://${gateway}:${await controller.slugPort()}` });
    developer = new Developer(controller, 'grace');
    await developer.makeKey();
    await developer.startApp('static-site');
    await developer.register();
  });

  after(async () => {
    await controller.remove();
    await sweep(elsewhere);
  });

  const deis = (args: readonly string[], expect = 0): Promise<string> =>
    developer.deis(args, { expect }).then(({ all }) => all);
  const nodes = (): Promise<Node[]> => developer.json<Node[]>(['nodes']);
  const fingerprint = async (host: StartedNode): Promise<string> =>
    (await host.sh('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')).split(' ')[1]!;
  const untouched: string[] = [];

  it('are looked at first: key, user and what is wrong with the host are told, nothing is touched', async () => {
    const [runtime, proxy] = hosts as [StartedNode, StartedNode];
    for (const host of hosts) untouched.push(await host.sh(traces));
    await deis(['providers:create', '--type=static', '--id=racks']);
    await deis(['flavors:create', '--id=racks', '--provider=racks', '--params={}']);
    await deis(['create', '--id=rooted', '--flavor=racks', '--known-hosts=yes']);
    assert.match(
      await deis(['layers:scale', 'runtime=1'], 6),
      /runtime needs 1 more host, and its flavor names none that is free.*adopt each with `deis nodes:create/,
    );
    const adopt = (host: StartedNode, layer: string, key: string, expect: number): Promise<string> =>
      deis(['nodes:create', host.address, `--layer=${layer}`, `--host-key=${key}`], expect);
    assert.match(
      await deis(['nodes:create', runtime.address, '--layer=runtime'], 2),
      new RegExp(`shows the host key ${(await fingerprint(runtime)).replaceAll('+', '\\+')}`),
    );
    assert.match(await adopt(runtime, 'runtime', await fingerprint(proxy), 2), /not the one of --host-key/);
    assert.match(
      await adopt(runtime, 'runtime', await fingerprint(runtime), 2),
      /refused the key of deis: add the layer's public key to ~deis\/.ssh\/authorized_keys there: ssh-ed25519 /,
    );
    const layers = await developer.json<Layer[]>(['layers:list']);
    for (const host of hosts)
      for (const layer of layers)
        await host.sh(`echo '${layer.ssh_public_key}' >> /home/deis/.ssh/authorized_keys`);
    await proxy.sh(
      'systemd-run --unit=squatter python3 -m http.server 80; for i in $(seq 100); do curl -s -o ' +
        '/dev/null localhost && break; sleep 0.1; done',
    );
    assert.match(
      await adopt(proxy, 'proxy', await fingerprint(proxy), 2),
      /cannot become a proxy node, nothing was touched: something listens on port 80 there/,
    );
    await proxy.sh('systemctl stop squatter');
    assert.deepEqual(await nodes(), []);
    assert.deepEqual(await Promise.all(hosts.map((host) => host.sh(traces))), untouched);
  });

  it('become nodes, and serve an app', async () => {
    const [runtime, proxy] = hosts as [StartedNode, StartedNode];
    await deis([
      'nodes:create',
      runtime.address,
      '--layer=runtime',
      `--host-key=${await fingerprint(runtime)}`,
    ]);
    await deis(['nodes:create', proxy.address, '--layer=proxy', `--host-key=${proxy.ssh.hostKeys[0]}`]);
    await developer.git(['push', 'deis', 'master']);
    const answer = await askAnew(`http://${proxy.address}/`);
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /<html/i);
    assert.deepEqual((await nodes()).map(({ id, status, adopted }) => [id, status, adopted]).sort(), [
      ['rooted-proxy-1', 'ready', true],
      ['rooted-runtime-1', 'ready', true],
    ]);
    assert.match(await deis(['nodes:ssh', 'rooted-runtime-1', 'hostname; exit 7'], 7), /rack/);
  });

  it('are nodes of one formation only', async () => {
    await deis(['create', '--id=second', '--flavor=racks', '--no-remote', '--known-hosts=no']);
    const host = hosts[0]!;
    assert.match(
      await deis(
        [
          'nodes:create',
          host.address,
          '--layer=runtime',
          '-f',
          'second',
          `--host-key=${await fingerprint(host)}`,
        ],
        6,
      ),
      /is a node already: a host can be one node of one formation/,
    );
  });

  it('are never entered when they show another host key, until it is trusted', async () => {
    const host = hosts[0]!;
    await host.sh(
      'rm /etc/ssh/ssh_host_ed25519_key*; ssh-keygen -q -t ed25519 -N "" -f ' +
        '/etc/ssh/ssh_host_ed25519_key; systemctl restart ssh',
    );
    assert.match(await deis(['nodes:ssh', 'rooted-runtime-1', 'true'], 1), /host key/);
    await deis(['nodes:trust', 'rooted-runtime-1', `--host-key=${await fingerprint(host)}`]);
    await deis(['nodes:ssh', 'rooted-runtime-1', 'true']);
  });

  it('keep the data of recipes of others when they leave, until it shall go', async function () {
    this.timeout(240_000);
    const [, , third] = hosts as [StartedNode, StartedNode, StartedNode];
    await deis(['layers:create', 'mydb', 'racks']);
    const key = (await developer.json<Layer[]>(['layers:list'])).find(({ id }) => id === 'mydb');
    await third.sh(`echo '${key!.ssh_public_key}' >> /home/deis/.ssh/authorized_keys`);
    // A package that keeps data, as databases do: a purge takes that away.
    await third.sh(`mkdir -p /tmp/datadb/DEBIAN && cd /tmp/datadb
      printf '%s\\n' 'Package: datadb' 'Version: 1' 'Architecture: all' 'Maintainer: ada@example.com' \\
        'Description: x' >DEBIAN/control
      printf '%s\\n' '#!/bin/sh' '[ "$1" != purge ] || rm -rf /var/lib/datadb' >DEBIAN/postrm
      chmod 755 DEBIAN/postrm && dpkg-deb --build /tmp/datadb >/dev/null`);
    const adopt = async (): Promise<void> => {
      await deis(['nodes:create', third.address, '--layer=mydb', `--host-key=${await fingerprint(third)}`]);
      await third.sh(`dpkg -i /tmp/datadb.deb >/dev/null && mkdir -p /var/lib/datadb &&
        echo precious >/var/lib/datadb/rows && echo datadb >>/var/lib/deis/installed-packages`);
    };
    const left = (): Promise<string> =>
      third.sh(
        'dpkg-query -W -f "\\${db:Status-Status}" datadb 2>/dev/null; cat /var/lib/datadb/rows 2>/dev/null; true',
      );
    await adopt();
    assert.match(await deis(['nodes:destroy', 'rooted-mydb-1'], 2), /may hold data, nothing was destroyed/);
    assert.match(await left(), /^installed/);
    await deis(['nodes:destroy', 'rooted-mydb-1', '--confirm=rooted-mydb-1']);
    assert.equal((await left()).trim(), 'config-filesprecious');
    await adopt();
    await deis(['nodes:destroy', 'rooted-mydb-1', '--confirm=rooted-mydb-1', '--purge-data']);
    assert.equal((await left()).trim(), '');
    await deis(['layers:destroy', 'mydb']);
  });

  it('are as they were when they leave, save what they shall keep', async function () {
    // The third host fetches package lists and a package from the mirror.
    this.timeout(240_000);
    const [, , third] = hosts as [StartedNode, StartedNode, StartedNode];
    await deis(['nodes:create', third.address, '--layer=runtime', `--host-key=${await fingerprint(third)}`]);
    // As a recipe of a custom layer would have it: what converging installed goes, too.
    await third.sh(`mkdir -p /tmp/mydb/DEBIAN
      printf '%s\\n' 'Package: mydb' 'Version: 1' 'Architecture: all' 'Maintainer: ada@example.com' \\
        'Description: x' >/tmp/mydb/DEBIAN/control
      dpkg-deb --build /tmp/mydb >/dev/null && dpkg -i /tmp/mydb.deb >/dev/null &&
        echo mydb >>/var/lib/deis/installed-packages`);
    assert.equal(
      (await third.sh('. /etc/os-release; echo "$VERSION_ID"; command -v docker')).trim(),
      '13\n/usr/bin/docker',
    );
    await deis(['nodes:destroy', 'rooted-runtime-1']);
    assert.equal(await hosts[0]!.sh(traces), untouched[0]);
    assert.equal((await askAnew(`http://${hosts[1]!.address}/`)).status, 200);
    await deis(['nodes:destroy', 'rooted-proxy-1', '--keep']);
    assert.match(await hosts[1]!.sh(traces), /^\/var\/lib\/deis$/m);
    await deis(['destroy', '--confirm=rooted']);
    assert.equal(await third.sh(traces), untouched[2]);
  });
});
