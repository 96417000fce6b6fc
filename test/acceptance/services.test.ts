import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { waitUntil } from '../../base/wait-until.js';
import { Developer } from '../support/cli/developer.js';
import { prepareMachine } from '../support/nodes/docker-machine.js';
import { insideNode } from '../support/nodes/inside-node.js';
import { pageCommands } from '../support/source/page-commands.js';
import { ControllerProcess } from '../support/server/controller-process.js';

interface Node {
  id: string;
  address: string;
}

/** Lines in, lines out. Asked to stop it takes nothing new, and says goodbye to who is still there after a while. */
const kvServer = `
const { createServer } = require('node:net');
const { createInterface } = require('node:readline');
const kept = new Map([['greeting', 'hello']]);
const open = new Set();
const server = createServer((socket) => {
  open.add(socket);
  socket.on('close', () => open.delete(socket)).on('error', () => undefined);
  createInterface(socket).on('line', (line) => {
    const [verb, key, value] = line.split(' ');
    if (verb === 'SET') kept.set(key, value);
    socket.write((verb === 'WHO' ? process.env.DEIS_RELEASE : (kept.get(key) ?? '-')) + '\\n');
  });
});
server.listen(Number(process.env.PORT));
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  setTimeout(() => open.forEach((socket) => socket.end('BYE\\n')), 4000);
});
`;

/** Answers with what its service says, asked over a connection of its own each time. */
const shopServer = `
const { createServer } = require('node:http');
const { connect } = require('node:net');
createServer((request, response) => {
  const name = request.url.slice(1);
  if (!process.env[name]) return response.writeHead(404).end('no ' + name);
  const { hostname, port } = new URL(process.env[name]);
  let said = '';
  const socket = connect(Number(port), hostname, () => socket.write('GET greeting\\n'));
  socket.setTimeout(3000, () => socket.destroy(new Error('silent')));
  socket.on('data', (chunk) => { said += chunk; if (said.endsWith('\\n')) socket.end(); });
  socket.on('error', (error) => { said = String(error.code); });
  socket.on('close', () => response.end(said || 'closed'));
}).listen(Number(process.env.PORT));
process.on('SIGTERM', () => process.exit(0));
`;

/** A connection that is asked line by line. */
class Line {
  #said = '';
  isClosed = false;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => (this.#said += chunk.toString()));
    socket.on('error', () => undefined).on('close', () => (this.isClosed = true));
  }

  static to(address: string, port: number): Line {
    return new Line(connect(port, address));
  }

  /** The answer; `closed` where the other end has nothing to say any more. */
  async ask(line: string): Promise<string> {
    this.socket.write(`${line}\n`);
    return this.next();
  }

  async next(): Promise<string> {
    const look = (): Promise<string | undefined> =>
      Promise.resolve(this.#said.includes('\n') ? this.#said : this.isClosed ? 'closed\n' : undefined);
    const said = await waitUntil(look, { deadlineMs: 15_000, intervalMs: 10, what: 'an answer' });
    const end = said.indexOf('\n');
    this.#said = said.slice(end + 1);
    return said.slice(0, end);
  }

  close(): void {
    this.socket.destroy();
  }
}

describe('a formation that offers a service to others', function () {
  this.timeout(120_000);
  const controller = new ControllerProcess();
  let ada: Developer;
  let grace: Developer;
  /** Of the proxy of `kv`, and of the box of `shop`. */
  let [proxy, box] = ['', ''];

  /** Commands of docs/services.md, one after the other; resolves to what the last one says. */
  const follow = async (who: Developer, heading: string): Promise<string> => {
    let said = '';
    for (const line of pageCommands('services.md', heading).split('\n'))
      said = (await who.deis(line.split(' ').slice(1))).stdout;
    return said;
  };
  const addressOf = async (id: string, formation: string): Promise<string> =>
    (await ada.json<Node[]>(['nodes', '-f', formation])).find((node) => node.id === id)?.address ??
    assert.fail(`no node ${id}`);
  const shop = (variable: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const asked = request(`http://${box}/${variable}`, { agent: false, timeout: 10_000 }, (answer) => {
        let body = '';
        answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
        answer.on('end', () => resolve(`${answer.statusCode} ${body.trim()}`));
      });
      asked.on('timeout', () => asked.destroy(new Error('no answer within 10 s')));
      asked.on('error', reject);
      asked.end();
    });
  /** What the node of `shop` gets from the port: an answer, or nothing. */
  const fromBox = async (): Promise<string> => {
    const script = `exec 3<>/dev/tcp/${proxy}/6379 && echo 'GET greeting' >&3 && head -n 1 <&3`;
    const container = `deis-${controller.instance}-shop-box-1`;
    return (await insideNode(container, `timeout 3 bash -c "${script}" 2>/dev/null || :`)).trim();
  };

  before(async function () {
    this.timeout(600_000);
    await prepareMachine();
    await controller.start();
    [ada, grace] = ['ada', 'grace'].map((name) => new Developer(controller, name)) as [Developer, Developer];
    for (const person of [ada, grace]) {
      await person.makeKey();
      await person.startApp('node-hello');
      person.write('server.js', person === ada ? kvServer : shopServer);
      await person.commit('Serve');
      await person.register();
      if (person === ada) await ada.deis(['users:registration', 'open']);
    }
    await ada.deis(['create', 'kv', '--flavor=docker', '--known-hosts=yes']);
    await ada.deis(['create', 'shop', '--no-remote']);
    await ada.deis(['layers:create', 'box', 'docker', '-f', 'shop']);
    await ada.deis(['layers:scale', 'runtime=1', 'proxy=1', '-f', 'kv']);
    await ada.deis(['layers:scale', 'box=1', '-f', 'shop']);
    for (const formation of ['kv', 'shop']) await ada.deis(['perms:create', 'grace', '-f', formation]);
    const { git_url: url } = await grace.json<{ git_url: string }>(['info', '-f', 'shop']);
    await grace.git(['remote', 'add', 'deis', url]);
    proxy = await addressOf('kv-proxy-1', 'kv');
    box = await addressOf('shop-box-1', 'shop');
  });

  after(() => controller.remove());

  it('takes connections at a port of its own, of nobody who is not let in', async () => {
    assert.match(await follow(ada, 'A formation that takes connections'), new RegExp(`tcp://${proxy}:6379`));
    await ada.git(['push', 'deis', 'master']);
    assert.equal((await ada.deis(['open', '-f', 'kv'])).stdout.trim(), `tcp://${proxy}:6379`);
    assert.equal(await Line.to(proxy, 6379).ask('WHO'), 'closed');
    // This host, as the nodes see it.
    await ada.deis(['proxy:set', `allow=${proxy.replace(/\.\d+$/, '.1')}`, '-f', 'kv']);
    assert.match(await Line.to(proxy, 6379).ask('WHO'), /^v\d+$/);
    assert.equal(await fromBox(), '');
  });

  it('is reached by an app that is attached to it', async () => {
    await grace.git(['push', 'deis', 'master']);
    assert.equal(await shop('KV_URL'), '404 no KV_URL');
    assert.match(await follow(grace, 'Attached to an app'), /^shop +kv +KV_URL +\S+:6379$/m);
    assert.equal(await shop('KV_URL'), '200 hello');
    const refused = await ada.deis(['destroy', '--confirm=kv', '-f', 'kv'], { expect: 'failure' });
    assert.match(refused.all, /shop is attached to kv/);
  });

  it('is deployed without a refused connection, and ends none that is open', async () => {
    const held = Line.to(proxy, 6379);
    const before = await held.ask('WHO');
    const said: string[] = [];
    const deploy = ada.deis(['config:set', 'A=1', '-f', 'kv']);
    let isDone = false;
    void deploy.finally(() => (isDone = true)).catch(() => undefined);
    let answered = 0;
    for (let tries = 0; tries < 3000 && (!isDone || answered === 0); tries += 1) {
      const line = Line.to(proxy, 6379);
      said.push(await line.ask('WHO'));
      line.close();
      if (said.at(-1) !== before && !held.isClosed && answered === 0) {
        assert.equal(await held.ask('WHO'), before, 'of the container that it began with');
        answered += 1;
      }
    }
    await deploy;
    assert.deepEqual([...new Set(said)].length, 2, [...new Set(said)].join());
    assert.ok(!said.includes('closed') && answered === 1);
    assert.equal(await held.next(), 'BYE');
    assert.equal(await shop('KV_URL'), '200 hello');
  });

  it('closes to the nodes of an app that is detached', async () => {
    assert.equal(await fromBox(), 'hello');
    await follow(grace, 'Detached');
    const isClosed = async (): Promise<true | undefined> => ((await fromBox()) === '' ? true : undefined);
    await waitUntil(isClosed, { deadlineMs: 20_000, intervalMs: 200, what: 'the port to close' });
    assert.equal(await shop('KV_URL'), '404 no KV_URL');
    assert.match(await Line.to(proxy, 6379).ask('WHO'), /^v\d+$/);
  });

  it('takes requests of HTTP and then connections again, at one port at a time', async () => {
    const site = (): Promise<number> =>
      fetch(`http://${proxy}/`, { signal: AbortSignal.timeout(10_000) }).then(
        ({ status }) => status,
        () => 0,
      );
    assert.equal(await site(), 404);
    await ada.deis(['proxy:set', 'mode=http', '-f', 'kv']);
    assert.equal(await Line.to(proxy, 6379).ask('WHO'), 'closed');
    assert.notEqual(await site(), 404);
    await ada.deis(['proxy:set', 'mode=tcp', 'port=6379', '-f', 'kv']);
    assert.match(await Line.to(proxy, 6379).ask('WHO'), /^v\d+$/);
    assert.equal(await site(), 404);
  });

  it('may be a guest on the nodes of who is attached, and is closed to other guests there', async () => {
    await ada.deis(['create', 'cache', '--on=shop', '--no-remote']);
    await ada.deis(['converge', '-f', 'shop']);
    await ada.deis(['proxy:set', 'mode=tcp', '-f', 'cache']);
    const { git_url: url } = await ada.json<{ git_url: string }>(['info', '-f', 'cache']);
    await ada.git(['push', url, 'master']);
    await grace.deis(['services:attach', 'cache', '--as=CACHE', '-f', 'shop'], { expect: 'failure' });
    await ada.deis(['perms:create', 'grace', '-f', 'cache']);
    await grace.deis(['services:attach', 'cache', '--as=CACHE', '-f', 'shop']);
    assert.equal(await shop('CACHE'), '200 hello');
    assert.match((await ada.deis(['info', '-f', 'cache'])).stdout, /tcp:\/\/\S+:10000/);
    assert.match((await ada.deis(['plan', '-f', 'cache'])).all, /nothing would change/i);
    const find = 'docker ps -q --filter label=deis.formation=cache | head -1';
    const other = `docker exec $(${find}) /app/.deis/node/bin/node -e '
      const socket = require("net").connect(10000, "${box}");
      socket.on("error", () => undefined).on("close", () => { console.log("closed"); process.exit(); }).resume();
      setTimeout(() => { console.log("open"); process.exit(); }, 3000);'`;
    assert.equal((await insideNode(`deis-${controller.instance}-shop-box-1`, other)).trim(), 'closed');
  });
});
