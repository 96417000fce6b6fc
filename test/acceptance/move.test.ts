import assert from 'node:assert/strict';
import { request } from 'node:https';
import { waitUntil } from '../../base/wait-until.js';
import { Developer } from '../support/cli/developer.js';
import { prepareMachine, sweep } from '../support/nodes/docker-machine.js';
import { newInstance, startNode, type StartedNode } from '../support/nodes/docker-node.js';
import { ControllerProcess } from '../support/server/controller-process.js';
import { PollingClient } from '../support/server/polling-client.js';

interface Container {
  node: string;
  state: string;
}

const name = 'shop.example.com';

/** Says what proxies have told it. */
const server = `
const { DEIS_RELEASE: release, PORT } = process.env;
require('node:http').createServer((request, response) => {
  const { 'x-forwarded-for': client, 'x-forwarded-proto': proto } = request.headers;
  const answer = () => response.end(JSON.stringify({ client, proto, release }) + '\\n');
  if (request.url === '/slow') setTimeout(answer, 1000); else answer();
}).listen(PORT, () => console.log('serving ' + release));
process.on('SIGTERM', () => process.exit(0));
`;

/** Everything that may be left of a guest on a box, but for what the engine remembers of its runs. */
const left = `
docker ps -aq --filter label=deis.formation=shop
docker network ls -q --filter label=deis.formation=shop
docker images -q deis-apps/shop
ls -d /etc/nginx/sites-enabled/shop /etc/deis/logs/guests/shop.conf 2>/dev/null
find /etc/nginx /etc/deis /opt/deis /var/lib/deis -path '*/guests/shop*' -type f 2>/dev/null | \\
  grep -v -e '/shop/generation$' -e '/shop/lock$' -e '/shop/runs/'
true`;

/**
 * Two servers that exist, each the box of a host: they reach each other, as nodes of two formations of the docker
 * provider do not. What databags say is in unit tests, what fails in test/integration; here is what nginx does.
 */
describe('a move from one server to another', function () {
  this.timeout(180_000);
  const controller = new ControllerProcess();
  const elsewhere = newInstance();
  const hosts = new Map<string, StartedNode>();
  let grace: Developer;
  let [old, now] = ['', ''];
  /** That have served, by name. */
  const releases: string[] = [];

  before(async function () {
    this.timeout(600_000);
    await prepareMachine();
    for (const [index, host] of ['platform', 'large'].entries())
      hosts.set(host, await startNode({ formation: 'vps', num: index + 1, instance: elsewhere }));
    [old, now] = [hosts.get('platform')!.address, hosts.get('large')!.address];
    const gateway = old.replace(/\.\d+$/, '.1');
    await controller.start({ DEIS_NODE_URL: `http://${gateway}:${await controller.slugPort()}` });
    const ada = new Developer(controller, 'ada');
    grace = new Developer(controller, 'grace');
    for (const person of [ada, grace]) {
      await person.makeKey();
      await person.startApp('node-hello');
      await person.register();
      if (person === ada) await ada.deis(['users:registration', 'open']);
    }
    await ada.deis(['providers:create', '--type=static', '--id=servers']);
    await ada.deis(['flavors:create', '--id=server', '--provider=servers', '--params={}']);
    for (const [host, { address, ssh, sh }] of hosts) {
      await ada.deis(['create', host, '--no-remote']);
      await ada.deis(['layers:create', 'box', 'server', '-f', host]);
      const layer = await ada.json<{ ssh_public_key: string }>(['layers:info', 'box', '-f', host]);
      await sh(`echo '${layer.ssh_public_key}' >> /home/deis/.ssh/authorized_keys`);
      await ada.deis(['nodes:create', address, '--layer=box', '-f', host, `--host-key=${ssh.hostKeys[0]}`]);
      await ada.deis(['hosts:share', 'grace', '-f', host]);
    }
    await grace.deis(['create', 'shop', '--on=platform', '--known-hosts=yes']);
    await ada.deis(['converge', '-f', 'platform']);
    grace.write('server.js', server);
    await grace.commit('Say what proxies tell');
    await grace.git(['push', 'deis', 'master']);
    await grace.deis(['domains:add', name]);
    await grace.deis(['certs:generate', name]);
  });

  after(async () => {
    await controller.remove();
    await sweep(elsewhere);
  });

  const poll = (address: string, path = '/'): PollingClient =>
    new PollingClient().start(`http://${address}${path}`, path === '/' ? 20 : 1, name);
  const failedNone = async (clients: readonly PollingClient[]): Promise<void> => {
    for (const client of clients) {
      const answers = await client.stop();
      assert.ok(answers.length > 1, `${answers.length} answers`);
      assert.deepEqual(client.failures.slice(0, 3), []);
    }
  };
  /** Over TLS, by its name, at the address of a proxy. */
  const ask = (address: string): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      const options = { servername: name, headers: { host: name }, rejectUnauthorized: false, agent: false };
      const asked = request(`https://${address}/`, { ...options, timeout: 10_000 }, (answer) => {
        let body = '';
        answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      });
      asked.on('timeout', () => asked.destroy(new Error('no answer within 10 s')));
      asked.on('error', reject);
      asked.end();
    });
  const seen = async (address: string): Promise<{ client: string; proto: string; release: string }> =>
    JSON.parse((await ask(address)).body) as { client: string; proto: string; release: string };
  const serving = async (): Promise<string[]> =>
    (await grace.json<Container[]>(['ps']))
      .filter(({ state }) => state === 'serving')
      .map(({ node }) => node);
  const shown = async (): Promise<unknown[]> => {
    const { on, passed_on_by: by } = await grace.json<Record<string, unknown>>(['info']);
    return [on, by];
  };
  const versions = async (): Promise<number[]> =>
    (await grace.json<{ version: number }[]>(['releases'])).map(({ version }) => version);
  const logged = async (line: string): Promise<void> => {
    const look = async (): Promise<true | undefined> =>
      (await grace.deis(['logs', '-n', '1000'])).stdout.includes(line) ? true : undefined;
    await waitUntil(look, { deadlineMs: 30_000, intervalMs: 500, what: `${line} in the logs` });
  };

  it('fails no request at its old address, whose proxy passes on who asks, nor does a deploy', async () => {
    const { client, release: first } = await seen(old);
    const before = await versions();
    const clients = [poll(old), poll(old, '/slow')];
    const said = await grace.deis(['formations:move', 'shop', '--on=large']);
    assert.ok(said.all.includes(`point ${name} at ${now} (until now ${old})`), said.all);
    assert.deepEqual([await serving(), await shown()], [['large-box-1'], ['large', 'platform']]);
    const backends = await hosts.get('platform')!.sh('curl -s http://127.0.0.1:9091/guests/shop/');
    assert.match(backends, new RegExp(`^backend ${now}:80$`, 'm'));
    assert.deepEqual(await versions(), before);
    clients.push(poll(now));
    await grace.deis(['config:set', 'A=1']);
    await failedNone(clients);
    const release = `v${Math.max(...before) + 1}`;
    releases.push(first, release);
    for (const address of [old, now])
      assert.deepEqual(await seen(address), { client, proto: 'https', release });
    // It is the former proxy that a browser has spoken TLS to.
    await grace.deis(['proxy:set', 'enforce_https=on']);
    assert.deepEqual(await seen(old), { client, proto: 'https', release });
    await grace.deis(['proxy:set', 'enforce_https=off']);
  });

  it('leaves nothing on its old host when it has ended, and nothing to converge on its new one', async () => {
    const clients = [poll(now), poll(now, '/slow')];
    await grace.deis(['formations:move', 'shop', '--finish']);
    assert.deepEqual(await shown(), ['large', null]);
    await assert.rejects(ask(old));
    assert.equal((await hosts.get('platform')!.sh(left)).trim(), '');
    assert.match((await grace.deis(['plan'])).all, /nothing would change/i);
    await failedNone(clients);
    for (const release of releases) await logged(`serving ${release}`);
  });

  it('fails no request on its way to a server of its own, back and there again, and leaves its host', async () => {
    const { address, ssh, sh } = await startNode({ formation: 'vps', num: 3, instance: elsewhere });
    await grace.deis(['providers:create', '--type=static', '--id=mine']);
    await grace.deis(['flavors:create', '--id=mine', '--provider=mine', '--params={}']);
    const early = await grace.deis(['formations:move', 'shop', '--off'], { expect: 'failure' });
    assert.match(early.all, /no proxy of its own.*deis layers:create box FLAVOR -f shop/);
    await grace.deis(['layers:create', 'box', 'mine']);
    const layer = await grace.json<{ ssh_public_key: string }>(['layers:info', 'box']);
    await sh(`echo '${layer.ssh_public_key}' >> /home/deis/.ssh/authorized_keys`);
    await grace.deis(['nodes:create', address, '--layer=box', `--host-key=${ssh.hostKeys[0]}`]);
    assert.deepEqual(await serving(), ['large-box-1']);
    const clients = [poll(now), poll(now, '/slow')];
    const said = await grace.deis(['formations:move', 'shop', '--off']);
    assert.ok(said.all.includes(`point ${name} at ${address} (until now ${now})`), said.all);
    assert.deepEqual([await serving(), await shown()], [['shop-box-1'], [null, 'large']]);
    await grace.deis(['config:set', 'A=2']);
    const { release } = await seen(address);
    assert.deepEqual(await seen(now), { ...(await seen(address)), release });
    clients.push(poll(address), poll(address, '/slow'));
    await grace.deis(['formations:move', 'shop', '--on=large']);
    assert.deepEqual([await serving(), await shown()], [['large-box-1'], ['large', 'shop']]);
    await grace.deis(['formations:move', 'shop', '--off']);
    await failedNone(clients);
    const late = [poll(address), poll(address, '/slow')];
    await grace.deis(['formations:move', 'shop', '--finish']);
    assert.deepEqual([await serving(), await shown()], [['shop-box-1'], [null, null]]);
    await assert.rejects(ask(now));
    assert.equal((await hosts.get('large')!.sh(left)).trim(), '');
    assert.match((await grace.deis(['plan'])).all, /nothing would change/i);
    await failedNone(late);
    assert.equal((await seen(address)).release, release);
  });
});
