import assert from 'node:assert/strict';
import { execa } from 'execa';
import { waitUntil } from '../../base/wait-until.js';
import { LiveFormation } from '../../bench/live-formation.js';
import { askAnew } from '../support/server/ask-anew.js';
import { prepareMachine } from '../support/nodes/docker-machine.js';
import { insideNode } from '../support/nodes/inside-node.js';
import { StrangerOnNetwork } from '../support/nodes/stranger-on-network.js';

interface Node {
  id: string;
  status: string;
  address: string;
  cloud_id: string;
}

describe('the nodes alone, without the controller', function () {
  this.timeout(120_000);
  let formation: LiveFormation;
  let stranger: StrangerOnNetwork;
  let proxy: Node;
  let runtime: Node;
  let port: number;

  const docker = (...args: string[]): Promise<string> => execa('docker', args).then(({ stdout }) => stdout);
  const inside = (node: Node, script: string): Promise<string> => insideNode(node.cloud_id, script);
  const answers = async (): Promise<boolean> =>
    askAnew(`http://${proxy.address}/`, { signal: AbortSignal.timeout(2_000) }).then(
      ({ status }) => status === 200,
      () => false,
    );
  const until = (holds: () => Promise<boolean>, what: string): Promise<true> =>
    waitUntil(async () => ((await holds()) ? (true as const) : undefined), {
      deadlineMs: 60_000,
      intervalMs: 100,
      what,
    });
  const opened = (from: Node): Promise<string> =>
    inside(from, `curl -s -o /dev/null -m 2 -w '%{http_code}' http://${runtime.address}:${port}/ || true`);

  before(async function () {
    this.timeout(600_000);
    formation = await LiveFormation.start('node-hello', ['runtime=1', 'proxy=1'], {
      DEIS_DRAIN_SECONDS: '1',
    });
    await formation.developer.git(['push', 'deis', 'master']);
    [proxy, runtime] = (await formation.developer.json<Node[]>(['nodes'])) as [Node, Node];
    port = (await formation.developer.json<{ port: number }[]>(['ps']))[0]!.port;
    stranger = await StrangerOnNetwork.start(
      formation.controller.instance,
      (await prepareMachine()).stack.name,
    );
  });

  after(async () => {
    await stranger?.stop();
    await formation?.close();
  });

  it('answer container ports to the proxies of their formation and to the controller, and to nobody else', async () => {
    assert.equal(await opened(proxy), '200');
    assert.equal((await askAnew(`http://${runtime.address}:${port}/`)).status, 200);
    assert.deepEqual(await stranger.openPorts(runtime.address, 1024, 65_535), []);
    assert.deepEqual(await stranger.openPorts(runtime.address, 1, 1023), [22]);
    assert.ok((await stranger.openPorts(proxy.address, 1, 1023)).includes(80), 'the scan sees what is open');
  });

  it('restart a container that crashes, and come back after a stop, closed to strangers all the time', async () => {
    await formation.controller.stop();
    await inside(runtime, "kill -9 $(docker inspect -f '{{.State.Pid}}' $(docker ps -q))");
    await until(answers, 'the container to be restarted');
    const watch = stranger.watchPort(runtime.address, port);
    await docker('stop', '-t', '10', runtime.cloud_id, proxy.cloud_id);
    assert.equal(await answers(), false);
    await docker('start', runtime.cloud_id, proxy.cloud_id);
    await until(answers, 'the app to answer again');
    const { tries, answered } = await watch.end();
    assert.ok(tries > 20, `only ${tries} tries`);
    assert.equal(answered, 0, 'a stranger was answered while the node booted');
    assert.deepEqual(await stranger.openPorts(runtime.address, 4096, 12_000), []);
  });

  it('keep app and firewall under another address, and the controller finds them again', async () => {
    await docker('stop', '-t', '10', runtime.cloud_id);
    const network = await stranger.network();
    const taken = runtime.address;
    await docker('network', 'disconnect', network, runtime.cloud_id);
    const squatter = await stranger.another(taken);
    await docker('network', 'connect', network, runtime.cloud_id);
    await docker('start', runtime.cloud_id);
    await until(async () => (await inside(runtime, 'docker ps -q').catch(() => '')) !== '', 'its container');
    await formation.controller.start({
      DEIS_DRAIN_SECONDS: '1',
      DEIS_WATCH_SECONDS: '1',
      DEIS_SWEEP_SECONDS: '1',
    });
    await until(answers, 'the app to answer through the proxy');
    const found = (await formation.developer.json<Node[]>(['nodes'])).find(({ id }) => id === runtime.id)!;
    assert.deepEqual([found.status, found.address === taken], ['ready', false]);
    runtime = found;
    assert.equal(await opened(proxy), '200');
    assert.deepEqual(await stranger.openPorts(runtime.address, 4096, 12_000), []);
    const { all } = await formation.developer.deis(['converge']);
    assert.doesNotMatch(all, /[1-9]\d* changed/);
    await squatter.stop();
  });
});
