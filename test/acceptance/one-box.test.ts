import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect as connectTls } from 'node:tls';
import { ControllerProcess } from '../support/server/controller-process.js';
import { PollingClient } from '../support/server/polling-client.js';
import { Developer, type CommandOutcome } from '../support/cli/developer.js';
import { prepareMachine, sweep } from '../support/nodes/docker-machine.js';
import { newInstance, startNode, type StartedNode } from '../support/nodes/docker-node.js';
import { StrangerOnNetwork } from '../support/nodes/stranger-on-network.js';
import { Person, startChromium } from '../support/dashboard/browser.js';
import { pageCommands } from '../support/source/page-commands.js';
import { projectRoot } from '../support/source/source-imports.js';

interface Container {
  node: string;
  state: string;
  port: number;
}
interface Release {
  version: number;
  sha: string;
}

const box = 'platform-box-1';

/** Asks an app over TLS, on its own server. */
const secureAsk = (name: string): string =>
  `curl -sk --max-time 10 --resolve ${name}.example.com:443:127.0.0.1 https://${name}.example.com/`;

/** docs/shared-nodes.md from its beginning: one server that exists, and apps of two people on it. */
describe('many apps on one server', function () {
  this.timeout(120_000);
  const controller = new ControllerProcess();
  const elsewhere = newInstance();
  let host: StartedNode;
  let ada: Developer;
  let grace: Developer;
  let bob: Developer;

  before(async function () {
    this.timeout(600_000);
    await prepareMachine();
    host = await startNode({ formation: 'vps', instance: elsewhere });
    const gateway = host.address.replace(/\.\d+$/, '.1');
    await controller.start({ DEIS_NODE_URL: `http://${gateway}:${await controller.slugPort()}` });
    [ada, grace, bob] = ['ada', 'grace', 'bob'].map((name) => new Developer(controller, name)) as [
      Developer,
      Developer,
      Developer,
    ];
    for (const person of [ada, grace, bob]) {
      await person.makeKey();
      await person.startApp('node-hello');
      await person.register();
      if (person === ada) await ada.deis(['users:registration', 'open']);
    }
  });

  after(async () => {
    await controller.remove();
    await sweep(elsewhere);
  });

  /** Commands of the page as a shell runs them, in the person's folder. */
  const follow = (who: Developer, lines: readonly string[]): Promise<CommandOutcome> => {
    const deis = `deis() { '${process.execPath}' '${projectRoot}/bin/deis.js' "$@"; }`;
    return who.command('sh', ['-euc', [deis, ...lines.filter((line) => !line.startsWith('cd '))].join('\n')]);
  };
  const ask = (name: string): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      const options = { agent: false, headers: { host: name }, timeout: 10_000 };
      const asked = request(`http://${host.address}/`, options, (answer) => {
        let body = '';
        answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      });
      asked.on('timeout', () => asked.destroy(new Error('no answer within 10 s')));
      asked.on('error', reject);
      asked.end();
    });
  const serving = async (who: Developer, formation: string): Promise<Container[]> =>
    (await who.json<Container[]>(['ps', '-f', formation])).filter(({ state }) => state === 'serving');

  it('is a host that becomes runtime node and proxy at once', async () => {
    const lines = pageCommands('shared-nodes.md', 'One server, many apps').split('\n');
    await follow(ada, lines.slice(0, -1));
    const { ssh_public_key: key } = await ada.json<{ ssh_public_key: string }>([
      'layers:info',
      'box',
      '-f',
      'platform',
    ]);
    await host.sh(`echo '${key}' >> /home/deis/.ssh/authorized_keys`);
    const adopt = lines.at(-1)!.replace('203.0.113.21', host.address);
    await follow(ada, [`${adopt} --host-key='${host.ssh.hostKeys[0]}'`]);
    assert.match(
      (await ada.deis(['nodes', '-f', 'platform'])).stdout,
      /^platform-box-1 +box \(runtime, proxy\) +ready /m,
    );
  });

  it('has apps of two people, each at its domain', async () => {
    for (const [who, person] of [
      ['grace', grace],
      ['bob', bob],
    ] as const) {
      await ada.deis(['perms:create', who, '-f', 'platform']);
      const name = person === grace ? 'shop' : 'blog';
      const lines = pageCommands('shared-nodes.md', 'An app on it').replaceAll('shop', name).split('\n');
      const create = lines.findIndex((line) => line.startsWith('deis create'));
      await follow(person, lines.slice(0, create + 1));
      // Behind the converge that has made the node ready for guests.
      await ada.deis(['converge', '-f', 'platform']);
      await follow(person, lines.slice(create + 1));
    }
    for (const name of ['shop', 'blog'])
      assert.match((await ask(`${name}.example.com`)).body, new RegExp(`of ${name}\n`));
    assert.equal((await ask('other.example.com')).status, 503);
    for (const [name, person] of [
      ['shop', grace],
      ['blog', bob],
    ] as const)
      assert.deepEqual(
        (await serving(person, name)).map(({ node }) => node),
        [box],
      );
  });

  it('shows each name the certificate of its own app, and a name of nobody none of theirs', async () => {
    await Promise.all([
      grace.deis(['certs:generate', '-f', 'shop']),
      bob.deis(['certs:generate', '-f', 'blog']),
    ]);
    /** Names of the certificate that is shown to who asks for `servername`; empty: the handshake fails. */
    const shown = (servername: string): Promise<string> =>
      new Promise((resolve) => {
        const options = {
          host: host.address,
          port: 443,
          servername,
          rejectUnauthorized: false,
          timeout: 10_000,
        };
        const socket = connectTls(options, () => {
          resolve(socket.getPeerCertificate().subjectaltname ?? '');
          socket.end();
        });
        socket.on('timeout', () => socket.destroy(new Error('no answer within 10 s')));
        socket.on('error', () => resolve(''));
      });
    for (const name of ['shop.example.com', 'blog.example.com'])
      assert.equal(await shown(name), `DNS:${name}`);
    const stranger = await shown('other.example.com');
    assert.ok(!/shop|blog/.test(stranger), stranger);
    for (const name of ['shop', 'blog'])
      assert.match(await host.sh(secureAsk(name)), new RegExp(`of ${name}\n?`), name);
  });

  it('answers every request while one of them is pushed', async () => {
    const clients = ['shop', 'blog'].map((name) =>
      new PollingClient().start(`http://${host.address}/`, 20, `${name}.example.com`),
    );
    grace.write('pushed.txt', 'again');
    await grace.commit('Again');
    await grace.git(['push', 'deis', 'master']);
    for (const client of clients) {
      const answers = await client.stop();
      assert.ok(answers.length > 50);
      assert.deepEqual(client.failures.slice(0, 3), []);
    }
  });

  it('shows a push in the browser from its first second on, and a terminal on the server', async () => {
    const browser = await startChromium();
    try {
      const person = await Person.signedIn(browser, controller.running.url, 'grace', 'correct horse battery');
      const { page } = person;
      await person.open('formations/shop/operations');
      grace.write('greeting.txt', 'Seen in the browser\n');
      await grace.commit('Seen');
      const pushing = grace.git(['push', 'deis', 'master']);
      const push = page
        .locator('.cards > li')
        .first()
        .filter({ hasText: /^push (queued|running)/ });
      await push.waitFor();
      const seenAt = Date.now();
      await push.getByRole('link', { name: 'push' }).click();
      await page.locator('.steps li').first().waitFor();
      const id = page.url().split('/').at(-1)!;
      const { created_at: at } = await grace.json<{ created_at: string }>(['ops:show', id]);
      console.log(`      a push is seen ${seenAt - Date.parse(at)} ms after it was accepted`);
      // It is looked for twice a second, on a machine that builds.
      assert.ok(seenAt - Date.parse(at) < 3000);
      await page.getByRole('log').getByText('----->').first().waitFor();
      await page.getByRole('heading', { name: /^push succeeded/ }).waitFor({ timeout: 60_000 });
      await pushing;
      for (const step of await page.locator('.steps li').all())
        assert.match((await step.textContent()) ?? '', /^succeeded .* (ms|s)$/);
      await person.open('formations/shop/terminal');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.locator('.console .xterm-rows').getByText(/[$#]/).first().waitFor();
      await page.keyboard.type('echo $((6*7))-seen\n');
      await page.locator('.console .xterm-rows').getByText('42-seen').waitFor();
      assert.deepEqual([...person.wrong, ...person.refused], []);
    } finally {
      await browser.close();
    }
  });

  it('scales and rolls back in the browser, which says before what that changes', async () => {
    const browser = await startChromium();
    const client = new PollingClient().start(`http://${host.address}/`, 10, 'shop.example.com');
    try {
      const person = await Person.signedIn(browser, controller.running.url, 'grace', 'correct horse battery');
      const { page } = person;
      const succeeds = (): Promise<void> =>
        page.getByRole('heading', { name: / succeeded$/ }).waitFor({ timeout: 60_000 });
      await person.open('formations/shop/scale');
      await page.getByLabel('web').fill('2');
      await page.getByText('deis scale web=2 -f shop').waitFor();
      await page.getByRole('button', { name: 'Scale containers' }).click();
      await succeeds();
      assert.equal((await serving(grace, 'shop')).length, 2);
      assert.match((await ask('shop.example.com')).body, /^Seen in the browser/);
      const [live, earlier] = await grace.json<Release[]>(['releases', '-f', 'shop']);
      const label = `Roll back to v${earlier!.version}`;
      await person.open('formations/shop/releases');
      await page.getByRole('button', { name: label }).click();
      const dialog = page.getByRole('dialog', { name: label });
      const [from, to] = [live!, earlier!].map(({ sha }) => sha.slice(0, 7));
      await dialog.getByText(`Commit: ${from} becomes ${to}`).waitFor();
      await dialog.getByText(`deis rollback v${earlier!.version} -f shop`).waitFor();
      await dialog.getByRole('button', { name: label }).click();
      await succeeds();
      assert.match((await ask('shop.example.com')).body, /^Hello from Deis/);
      assert.equal((await serving(grace, 'shop')).length, 2);
      await person.open('formations/shop/releases');
      await page
        .locator('li', { hasText: `v${live!.version + 1}` })
        .getByText('live', { exact: true })
        .waitFor();
      assert.deepEqual([...person.wrong, ...person.refused], []);
    } finally {
      await client.stop();
      await browser.close();
    }
    assert.deepEqual(client.failures.slice(0, 3), []);
  });

  it('lets strangers in at the ports of SSH and the proxy alone, and no app to another', async () => {
    const { stack } = await prepareMachine();
    const stranger = await StrangerOnNetwork.start(elsewhere, stack.name);
    // 9090 is for load balancers: whether the proxy reaches its containers.
    assert.deepEqual(await stranger.openPorts(host.address, 1, 10_000), [22, 80, 443, 9090]);
    const [blog] = await serving(bob, 'blog');
    const names = (formation: string): Promise<string> =>
      host.sh(`docker ps --filter label=deis.formation=${formation} --format '{{.Names}}' | head -1`);
    const inner = await host.sh(
      `docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' ${await names('blog')}`,
    );
    for (const place of [host.address, inner.trim()]) {
      const said = await host.sh(
        `docker exec ${(await names('shop')).trim()} /app/.deis/node/bin/node -e '` +
          `const s=require("net").connect(${blog!.port},"${place}");s.setTimeout(1500);` +
          `s.on("connect",()=>{console.log("open");process.exit()});` +
          `for(const e of ["error","timeout"])s.on(e,()=>{console.log("closed");process.exit()})'`,
      );
      assert.equal(said.trim(), 'closed', `shop -> blog at ${place}`);
    }
  });

  it('is the last of its kind, and says so', async () => {
    const drained = await ada.deis(['nodes:drain', box, '-f', 'platform'], { expect: 'failure' });
    assert.match(drained.all, /last runtime node that takes containers.*layers:scale box=2/);
    const gone = await ada.deis(['destroy', '--confirm=platform', '-f', 'platform'], { expect: 'failure' });
    assert.match(gone.all, /blog, shop live on the nodes of platform/);
    assert.match((await ada.deis(['plan', '-f', 'platform'])).all, /nothing would change/i);
  });
});
