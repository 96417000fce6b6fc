import assert from 'node:assert/strict';
import { request } from 'node:http';
import { waitUntil } from '../../base/wait-until.js';
import {
  guestsTrafficEndpoint,
  trafficEndpoint,
} from '../../cookbooks/deis/definitions/proxy/proxy-endpoint.js';
import { parseMeasures } from '../../provisioner/node-commands/measures.js';
import { ControllerProcess } from '../support/server/controller-process.js';
import { PollingClient } from '../support/server/polling-client.js';
import { Developer } from '../support/cli/developer.js';
import { prepareMachine } from '../support/nodes/docker-machine.js';
import { insideNode } from '../support/nodes/inside-node.js';

interface Container {
  type: string;
  num: number;
  node: string;
  state: string;
  port: number;
}
interface Node {
  id: string;
  address: string;
  private_address: string;
  layer: string;
  status: string;
}
interface Shown {
  on: string | null;
  guests: string[];
  urls: string[];
  layers: Record<string, unknown>;
}

const domain = 'apps.test';
const runtimes = ['platform-runtime-1', 'platform-runtime-2'] as const;
const proxyNode = 'platform-proxy-1';

describe('formations that live on the nodes of another', function () {
  this.timeout(300_000);
  const controller = new ControllerProcess();
  let ada: Developer;
  let grace: Developer;
  let bob: Developer;
  let proxy = '';

  const inside = (node: string, script: string): Promise<string> =>
    insideNode(`deis-${controller.instance}-${node}`, script);
  const ask = (host: string, path = '/'): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      const asked = request(
        `http://${proxy}${path}`,
        { agent: false, headers: { host }, timeout: 10_000 },
        (answer) => {
          let body = '';
          answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
        },
      );
      asked.on('timeout', () => asked.destroy(new Error('no answer within 10 s')));
      asked.on('error', reject);
      asked.end();
    });
  const serving = async (who: Developer, formation: string): Promise<Container[]> =>
    (await who.json<Container[]>(['ps', '-f', formation])).filter(({ state }) => state === 'serving');
  /** What a node has of everybody but one formation: containers with their starts, files with their times. */
  const ofOthers = async (node: string, but: string): Promise<string> => {
    const containers = await inside(
      node,
      `docker ps -aq --no-trunc 2>/dev/null | xargs -r docker inspect --format ` +
        `'{{index .Config.Labels "deis.formation"}} {{.Name}} {{.Id}} {{.State.StartedAt}} {{.RestartCount}}' | ` +
        `grep -v '^${but} ' | sort`,
    ).catch(() => '');
    const files = await inside(
      node,
      `find /etc/nginx /etc/deis /opt/deis /var/lib/deis -xdev -type f ` +
        `-not -path '*/guests/${but}*' -not -path '*/sites-enabled/${but}' ` +
        `-not -name lock -not -path '*/logs/*' -printf '%p %T@ %i\\n' 2>/dev/null | sort`,
    );
    return `${containers}\n${files}`;
  };
  const everywhere = async (but: string): Promise<string[]> =>
    Promise.all([...runtimes, proxyNode].map((node) => ofOthers(node, but)));

  before(async function () {
    this.timeout(900_000);
    await prepareMachine();
    await controller.start({ DEIS_DOMAIN: domain });
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
    await ada.deis(['create', 'platform', '--flavor=docker', '--known-hosts=yes']);
    await ada.deis(['layers:scale', 'runtime=2', 'proxy=1']);
    await ada.deis(['scale', 'web=2']);
    await ada.git(['push', 'deis', 'master']);
    const nodes = await ada.json<Node[]>(['nodes']);
    proxy = nodes.find(({ id }) => id === proxyNode)?.address ?? '';
  });

  after(() => controller.remove());

  it('are placed there by those who may, and by no stranger', async () => {
    const refused = await grace.deis(['create', 'shop', '--on=platform'], { expect: 'failure' });
    assert.match(refused.all, /platform/);
    const before = await everywhere('nobody');
    await ada.deis(['perms:create', 'grace', '-f', 'platform']);
    await ada.deis(['perms:create', 'bob', '-f', 'platform']);
    assert.deepEqual(await everywhere('nobody'), before);
    await grace.deis(['create', 'shop', '--on=platform', '--known-hosts=yes']);
    await bob.deis(['create', 'blog', '--on=platform', '--known-hosts=yes']);
    const shown = await ada.json<Shown>(['info', '-f', 'platform']);
    assert.deepEqual([shown.on, shown.guests], [null, ['blog', 'shop']]);
    const shop = await grace.json<Shown>(['info', '-f', 'shop']);
    assert.deepEqual([shop.on, shop.layers, shop.urls], ['platform', {}, [`http://shop.${domain}/`]]);
    const chained = await grace.deis(['create', 'more', '--on=shop'], { expect: 'failure' });
    assert.match(chained.all, /platform/);
  });

  it('run on the nodes of their host after a push, and answer to their names alone', async () => {
    await ada.deis(['converge', '-f', 'platform']);
    await grace.deis(['config:set', 'POWERED_BY=secret-of-shop', '-f', 'shop']);
    await grace.deis(['scale', 'web=2', '-f', 'shop']);
    await grace.git(['push', 'deis', 'master']);
    await bob.deis(['config:set', 'POWERED_BY=secret-of-blog', '-f', 'blog']);
    await bob.deis(['scale', 'web=2', '-f', 'blog']);
    await bob.git(['push', 'deis', 'master']);
    for (const [name, secret] of [
      ['shop', 'secret-of-shop'],
      ['blog', 'secret-of-blog'],
    ] as const) {
      const answer = await ask(`${name}.${domain}`);
      assert.equal(answer.status, 200, answer.body);
      assert.match(answer.body, new RegExp(`of ${name}\n[^]*${secret}`));
    }
    assert.match((await ask(`platform.${domain}`)).body, /of platform/);
    assert.equal((await ask(`other.${domain}`)).status, 404);
    assert.equal((await ask(proxy)).status, 404);
    await grace.deis(['domains:add', 'shop.example.com', '-f', 'shop']);
    assert.match((await ask('shop.example.com')).body, /of shop/);
    const others = await grace.deis(['domains:add', `blog.${domain}`, '-f', 'shop'], { expect: 'failure' });
    assert.match(others.all, /names below apps\.test/);
    const nodes = (await serving(grace, 'shop')).map(({ node }) => node);
    assert.deepEqual(nodes.sort(), [...runtimes]);
  });

  it('leave what others have untouched when they converge, deploy and change their site', async () => {
    const before = await everywhere('shop');
    await grace.deis(['converge', '-f', 'shop']);
    await grace.deis(['config:set', 'A=1', '-f', 'shop']);
    await grace.deis(['domains:add', 'www.example.com', '-f', 'shop']);
    await grace.deis(['maintenance:on', '-f', 'shop']);
    assert.equal((await ask(`shop.${domain}`)).status, 503);
    assert.equal((await ask(`blog.${domain}`)).status, 200);
    await grace.deis(['maintenance:off', '-f', 'shop']);
    assert.deepEqual(await everywhere('shop'), before);
    const own = await everywhere('platform');
    await ada.deis(['config:set', 'B=1', '-f', 'platform']);
    await ada.deis(['converge', '-f', 'platform']);
    const kept = await everywhere('platform');
    const ofGuests = (all: string[]): string[] =>
      all.flatMap((text) => text.split('\n').filter((line) => /shop|blog/.test(line)));
    assert.deepEqual(ofGuests(kept), ofGuests(own));
    assert.ok(ofGuests(kept).length > 10);
  });

  it('reach no container of another formation, by no port', async () => {
    const all = [
      ['platform', ada],
      ['shop', grace],
      ['blog', bob],
    ] as const;
    const nodes = await ada.json<Node[]>(['nodes', '-f', 'platform']);
    for (const [from, who] of all) {
      const [own] = await serving(who, from);
      assert.ok(own);
      const name = (
        await inside(
          own.node,
          `docker ps --filter label=deis.formation=${from} --format '{{.Names}}' | head -1`,
        )
      ).trim();
      for (const [to, other] of all) {
        if (to === from) continue;
        const targets = await Promise.all(
          (await serving(other, to)).map(async ({ node, port }) => ({
            node,
            port,
            address: nodes.find(({ id }) => id === node)?.private_address ?? '',
            inner: (
              await inside(
                node,
                `docker ps --filter label=deis.formation=${to} --format '{{.Names}}' | grep -e '-${port}$' | ` +
                  `xargs docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'`,
              )
            ).trim(),
          })),
        );
        for (const { address, inner, port } of targets)
          for (const place of [address, inner]) {
            const said = await inside(
              own.node,
              `docker exec ${name} /app/.deis/node/bin/node -e '` +
                `const s=require("net").connect(${port},"${place}");s.setTimeout(1500);` +
                `s.on("connect",()=>{console.log("open");process.exit()});` +
                `for(const e of ["error","timeout"])s.on(e,()=>{console.log("closed");process.exit()})'`,
            );
            assert.equal(said.trim(), 'closed', `${from} -> ${to} at ${place}:${port}`);
          }
      }
    }
  });

  it('have secrets that are in nothing of others', async () => {
    for (const node of runtimes) {
      const leaks = await inside(
        node,
        `docker ps -aq | xargs docker inspect --format '{{index .Config.Labels "deis.formation"}} {{.Config.Env}}'`,
      );
      for (const line of leaks.split('\n'))
        for (const name of ['shop', 'blog'])
          assert.equal(line.includes(`secret-of-${name}`), line.startsWith(`${name} `), line.slice(0, 30));
      const files = await inside(
        node,
        'grep -rlE "secret-of-(shop|blog)" /var/lib/deis /etc /opt/deis 2>/dev/null; :',
      );
      assert.ok(
        files
          .split('\n')
          .filter(Boolean)
          .every((path) => /guests\/(shop|blog)\//.test(path)),
        files,
      );
      const modes = await inside(node, 'stat -c %a /var/lib/deis/guests /var/lib/deis/guests/*/databag.json');
      assert.deepEqual([...new Set(modes.split('\n'))].sort(), ['600', '700']);
    }
  });

  it('have logs, commands, scales and rollbacks of their own', async () => {
    await ask(`shop.${domain}`, '/only-shop');
    const lines = (await grace.deis(['logs', '-n', '200', '-f', 'shop'])).stdout;
    assert.match(lines, /only-shop/);
    assert.doesNotMatch((await bob.deis(['logs', '-n', '200', '-f', 'blog'])).stdout, /only-shop/);
    assert.doesNotMatch((await ada.deis(['logs', '-n', '200', '-f', 'platform'])).stdout, /only-shop/);
    const said = await grace.deis(['run', '-f', 'shop', '--', 'sh', '-c', 'echo $DEIS_FORMATION; ls']);
    assert.match(said.stdout, /^shop\n[^]*server\.js/);
    await grace.deis(['scale', 'web=3', '-f', 'shop']);
    assert.equal((await serving(grace, 'shop')).length, 3);
    await grace.deis(['scale', 'web=2', '-f', 'shop']);
    await grace.deis(['rollback', '-f', 'shop']);
    assert.equal((await ask(`shop.${domain}`)).status, 200);
    const ids = (await grace.json<Node[]>(['nodes', '-f', 'shop'])).map(({ id }) => id);
    assert.deepEqual(ids.sort(), [proxyNode, ...runtimes]);
    for (const words of [
      ['layers:scale', 'runtime=3'],
      ['nodes:drain', runtimes[0]],
      ['nodes:destroy', runtimes[0]],
    ])
      assert.match(
        (await grace.deis([...words, '-f', 'shop'], { expect: 'failure' })).all,
        /lives on those of platform/,
      );
  });

  it('leave a node that is drained without a failed request, and come back', async () => {
    const clients = ['shop', 'blog', 'platform'].map((name) =>
      new PollingClient().start(`http://${proxy}/`, 20, `${name}.${domain}`),
    );
    const { all } = await ada.deis(['nodes:drain', runtimes[0], '-f', 'platform']);
    assert.match(all, /Moving guests: blog, shop/);
    for (const [name, who] of [
      ['shop', grace],
      ['blog', bob],
      ['platform', ada],
    ] as const)
      assert.deepEqual(
        (await serving(who, name)).map(({ node }) => node),
        [runtimes[1], runtimes[1]],
        name,
      );
    assert.equal((await inside(runtimes[0], 'docker ps -q')).trim(), '');
    for (const client of clients) {
      const answers = await client.stop();
      assert.ok(answers.length > 50);
      assert.deepEqual(client.failures.slice(0, 3), []);
    }
    await ada.deis(['nodes:uncordon', runtimes[0], '-f', 'platform']);
  });

  it('move before a node goes, and to a proxy that comes', async () => {
    const client = new PollingClient().start(`http://${proxy}/`, 20, `shop.${domain}`);
    await ada.deis(['layers:scale', 'runtime=3', 'proxy=2', '-f', 'platform']);
    await ada.deis(['nodes:destroy', runtimes[1], '-f', 'platform']);
    const nodes = (await serving(grace, 'shop')).map(({ node }) => node);
    assert.ok(!nodes.includes(runtimes[1]), nodes.join());
    assert.equal(nodes.length, 2);
    const answers = await client.stop();
    assert.ok(answers.length > 50);
    assert.deepEqual(client.failures.slice(0, 3), []);
    const first = proxy;
    proxy = (await ada.json<Node[]>(['nodes', '-f', 'platform'])).find(
      ({ id }) => id === 'platform-proxy-2',
    )!.address;
    assert.match((await ask(`blog.${domain}`)).body, /of blog/);
    proxy = first;
  });

  it('start elsewhere when a node is lost, and come back with it', async () => {
    await controller.stop();
    await controller.start({
      DEIS_DOMAIN: domain,
      DEIS_WATCH_SECONDS: '2',
      DEIS_SWEEP_SECONDS: '2',
      DEIS_MEASURE_SECONDS: '2',
    });
    const { docker } = await prepareMachine();
    const node = docker.getContainer(`deis-${controller.instance}-${runtimes[0]}`);
    const nodesOf = async (): Promise<string[]> =>
      (await serving(bob, 'blog')).map((each) => each.node).sort();
    const until = (holds: () => Promise<boolean>, what: string): Promise<true> =>
      waitUntil(async () => ((await holds()) ? (true as const) : undefined), {
        deadlineMs: 60_000,
        intervalMs: 500,
        what,
      });
    assert.ok((await nodesOf()).includes(runtimes[0]));
    await node.pause();
    try {
      const others = ['platform-runtime-3', 'platform-runtime-4'];
      await until(async () => {
        const now = await nodesOf();
        return now.length === 2 && now.every((name) => others.includes(name));
      }, 'the guest to run elsewhere');
      assert.match((await ask(`blog.${domain}`)).body, /of blog/);
    } finally {
      await node.unpause();
    }
    await until(async () => (await nodesOf()).includes(runtimes[0]), 'the guest to be back');
    await until(async () => {
      const running = await inside(
        runtimes[0],
        `docker ps --filter label=deis.formation=blog --format '{{.Names}}'`,
      );
      return running.split('\n').filter(Boolean).length === 1;
    }, 'what it left there to be stopped');
    assert.equal((await ask(`blog.${domain}`)).status, 200);
  });

  it('have the requests to them counted as theirs, and know what is left of the nodes as their host does', async () => {
    const counts = async (): Promise<number[]> => {
      const { traffic, guests } = parseMeasures(
        await inside(proxyNode, `curl -s ${trafficEndpoint} ${guestsTrafficEndpoint}`),
      );
      const of = (each: typeof traffic): number =>
        Object.values(each?.statuses ?? {}).reduce((sum, count) => sum + count, 0);
      return [of(traffic), of(guests?.get('shop')), of(guests?.get('blog'))];
    };
    const before = await counts();
    for (let n = 0; n < 20; n += 1) await ask(`shop.${domain}`);
    for (let n = 0; n < 3; n += 1) await ask(`blog.${domain}`);
    await waitUntil(
      async () => {
        const more = (await counts()).map((count, index) => count - before[index]!);
        return more.join() === '0,20,3' ? true : undefined;
      },
      { deadlineMs: 10_000, intervalMs: 200, what: 'each request to be counted where it belongs' },
    );
    const served = async (): Promise<true | undefined> => {
      const { traffic } = await grace.json<{ traffic: { requests: (number | null)[] }[] }>([
        'metrics',
        '-f',
        'shop',
      ]);
      return traffic.some(({ requests }) => requests.some((rate) => (rate ?? 0) > 0)) ? true : undefined;
    };
    await waitUntil(served, { deadlineMs: 30_000, intervalMs: 500, what: 'the metrics of shop' });
    const [node] = await ada.json<{ size: object | null; left: { use: object | null } | null }[]>(['nodes']);
    assert.ok(node?.size && node.left?.use, JSON.stringify(node));
    assert.match(
      (await ada.deis(['ps'])).stdout,
      /^NODE +MEMORY LEFT +CPU LEFT\nplatform-runtime-1 +\d+M of \d+M, now \d+M /m,
    );
  });

  it('keep their host from going, and take along what is theirs', async () => {
    const refused = await ada.deis(['destroy', '--confirm=platform', '-f', 'platform'], {
      expect: 'failure',
    });
    assert.match(refused.all, /blog, shop live on the nodes of platform/);
    await grace.deis(['destroy', '--confirm=shop', '-f', 'shop']);
    assert.equal((await ask(`shop.${domain}`)).status, 404);
    assert.equal((await ask(`blog.${domain}`)).status, 200);
    for (const node of [runtimes[0], proxyNode]) {
      const left = await inside(
        node,
        'docker ps -aq --filter label=deis.formation=shop 2>/dev/null; ' +
          'docker network ls -q --filter label=deis.formation=shop 2>/dev/null; ' +
          'ls -d /etc/nginx/sites-enabled/shop /etc/nginx/deis/guests/shop /opt/deis/guests/shop ' +
          '/etc/deis/logs/guests/shop.conf /var/lib/deis/guests/shop/databag.json 2>/dev/null; :',
      );
      assert.equal(left, '', node);
    }
  });
});
