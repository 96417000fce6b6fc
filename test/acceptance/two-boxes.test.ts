import assert from 'node:assert/strict';
import { request } from 'node:http';
import { ControllerProcess } from '../support/server/controller-process.js';
import { Developer } from '../support/cli/developer.js';
import { prepareMachine } from '../support/nodes/docker-machine.js';
import { insideNode } from '../support/nodes/inside-node.js';

interface Container {
  node: string;
  state: string;
  port: number;
}
interface Node {
  id: string;
  private_address: string;
}

const domain = 'apps.test';
const boxes = ['platform-box-1', 'platform-box-2'] as const;
const guests = ['shop', 'blog'] as const;

/** Prints as JSON which of the ports, separated by commas, let it in at an address, all asked at once. */
const scanner = `
  const net = require("net"), [address, ports] = process.argv.slice(1), asked = ports.split(","), open = [];
  let left = asked.length;
  const done = () => { if (--left === 0) console.log(JSON.stringify(open.sort((a, b) => a - b))); };
  for (const port of asked) {
    const socket = net.connect(port, address);
    socket.setTimeout(3000, () => socket.destroy());
    socket.on("connect", () => { open.push(Number(port)); socket.destroy(); }).on("close", done);
    socket.on("error", (error) => { if (!/REFUSED|UNREACH|TIMEDOUT/.test(error.code)) throw error; });
  }
`;
const range = Array.from({ length: 5000 }, (_, n) => 5000 + n);

/** A box is a proxy: other nodes let its address in to containers, and Docker gives that to its containers, too. */
describe('guests of two boxes', function () {
  this.timeout(120_000);
  const controller = new ControllerProcess();
  let people: Record<'platform' | (typeof guests)[number], Developer>;
  let addresses: Record<string, string>;

  const inside = (node: string, script: string): Promise<string> =>
    insideNode(`deis-${controller.instance}-${node}`, script);
  /** Of a formation's container on a node: those ports of an address that it reaches. */
  const reached = async (from: string, node: string, address: string, ports: number[]): Promise<number[]> => {
    const find = `docker ps -q --filter label=deis.formation=${from} | head -1`;
    const said = await inside(
      node,
      `docker exec $(${find}) /app/.deis/node/bin/node -e '${scanner}' ${address} ${ports.join()}`,
    );
    return JSON.parse(said) as number[];
  };
  const serving = async (formation: keyof typeof people): Promise<Container[]> =>
    (await people[formation].json<Container[]>(['ps', '-f', formation])).filter(
      ({ state }) => state === 'serving',
    );
  /** Status and body of an answer, which names its container. */
  const ask = (address: string, host: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const options = { agent: false, headers: { host }, timeout: 10_000 };
      const asked = request(`http://${address}/`, options, (answer) => {
        let body = '';
        answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
        answer.on('end', () => resolve(`${answer.statusCode} ${body}`));
      });
      asked.on('timeout', () => asked.destroy(new Error('no answer within 10 s')));
      asked.on('error', reject);
      asked.end();
    });

  before(async function () {
    this.timeout(600_000);
    await prepareMachine();
    await controller.start({ DEIS_DOMAIN: domain });
    const [ada, grace, bob] = ['ada', 'grace', 'bob'].map((name) => new Developer(controller, name)) as [
      Developer,
      Developer,
      Developer,
    ];
    people = { platform: ada, shop: grace, blog: bob };
    for (const person of [ada, grace, bob]) {
      await person.makeKey();
      await person.startApp('node-hello');
      await person.register();
      if (person === ada) await ada.deis(['users:registration', 'open']);
    }
    await ada.deis(['create', 'platform', '--known-hosts=yes']);
    await ada.deis(['layers:create', 'box', 'docker', '-f', 'platform']);
    await ada.deis(['layers:scale', 'box=1', '-f', 'platform']);
    for (const [name, who, person] of [
      ['shop', 'grace', grace],
      ['blog', 'bob', bob],
    ] as const) {
      await ada.deis(['hosts:share', who, '-f', 'platform']);
      await person.deis(['create', name, '--on=platform', '--known-hosts=yes']);
    }
    await ada.deis(['converge', '-f', 'platform']);
    // The second comes to a first that has guests already, who do not see it come.
    await grace.git(['push', 'deis', 'master']);
    await ada.deis(['layers:scale', 'box=2', '-f', 'platform']);
    await bob.deis(['scale', 'web=2', '-f', 'blog']);
    await bob.git(['push', 'deis', 'master']);
    await grace.deis(['scale', 'web=2', '-f', 'shop']);
    await ada.deis(['scale', 'web=2', '-f', 'platform']);
    await ada.git(['push', 'deis', 'master']);
    const nodes = await ada.json<Node[]>(['nodes', '-f', 'platform']);
    addresses = Object.fromEntries(nodes.map(({ id, private_address: address }) => [id, address]));
  });

  after(() => controller.remove());

  it('serve through the proxy of each, which sends to the containers of both', async () => {
    for (const name of guests) {
      const nodes = (await serving(name)).map(({ node }) => node);
      assert.deepEqual(nodes.sort(), [...boxes]);
      for (const box of boxes) {
        const said = new Set<string>();
        for (let turn = 0; turn < 40 && said.size < 2; turn += 1) {
          const answer = await ask(addresses[box]!, `${name}.${domain}`);
          assert.match(answer, new RegExp(`^200 [^]*of ${name}\n`));
          said.add(/web\.\d/.exec(answer)?.[0] ?? answer);
        }
        assert.deepEqual([...said].sort(), ['web.1', 'web.2'], `${name} at ${box}`);
      }
    }
  });

  for (const from of ['platform', ...guests] as const)
    it(`reach no port of containers from one of ${from}, on no node`, async () => {
      const all = (await Promise.all((['platform', ...guests] as const).map(serving))).flat();
      const own = new Set((await serving(from)).map(({ node, port }) => `${node} ${port}`));
      const scan = async (at: string, other: string): Promise<void> => {
        const gateways = await inside(at, "ip -4 -o addr | awk '/docker0|deisg/ { print $4 }' | cut -d/ -f1");
        const [there, here, ...inner] = await Promise.all([
          reached(from, at, addresses[other]!, range),
          reached(from, at, addresses[at]!, range),
          ...gateways
            .trim()
            .split('\n')
            .map((gateway) => reached(from, at, gateway, [9090, ...all.map(({ port }) => port)])),
        ]);
        assert.deepEqual(there, [], `${at} -> ${other}`);
        assert.equal(inner.length, 3);
        // On its own node what is its own, and what nginx tells load balancers.
        for (const ports of [here, ...inner])
          assert.deepEqual(
            ports?.filter((port) => !own.has(`${at} ${port}`)),
            [9090],
            `${at} -> ${at}`,
          );
        // It is by the proxies that it gets to others, as everybody does.
        assert.deepEqual(await reached(from, at, addresses[other]!, [80]), [80]);
      };
      await Promise.all([scan(...boxes), scan(boxes[1], boxes[0])]);
    });

  it('are on nodes that a converge leaves as they are', async () => {
    assert.match((await people.platform.deis(['plan', '-f', 'platform'])).all, /nothing would change/i);
  });
});
