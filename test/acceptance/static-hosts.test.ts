import assert from 'node:assert/strict';
import { ControllerProcess } from '../support/controller-process.js';
import { Developer } from '../support/developer.js';
import { prepareMachine, sweep } from '../support/docker-machine.js';
import { newInstance, startNode, type StartedNode } from '../support/docker-node.js';

interface Layer { id: string; ssh_username: string; ssh_public_key: string }
interface Node { id: string; layer: string; status: string; address: string; last_error: string | null }

/** The page "Own hosts" of docs/operating.md, on hosts that the controller did not launch. */
describe('hosts that exist already', function () {
  this.timeout(120_000);
  const controller = new ControllerProcess();
  const elsewhere = newInstance();
  const hosts: StartedNode[] = [];
  let developer: Developer;

  before(async function () {
    this.timeout(600_000);
    await prepareMachine();
    for (const num of [1, 2]) hosts.push(await startNode({ formation: 'rack', num, instance: elsewhere }));
    const gateway = hosts[0]!.address.replace(/\.\d+$/, '.1');
    await controller.start({ DEIS_NODE_URL: `http://${gateway}:${await controller.slugPort()}` });
    developer = new Developer(controller, 'grace');
    await developer.makeKey();
    await developer.startApp('static-site');
    await developer.deis(['register', controller.facts.url, '--username=grace', '--password=correct horse battery', '--email=grace@example.com', '--known-hosts=yes']);
    await developer.deis(['keys:add', `${developer.home}/.ssh/id_ed25519.pub`]);
  });

  after(async () => {
    await controller.stop();
    await sweep(controller.instance);
    await sweep(elsewhere);
  });

  it('become nodes once they let the layer in, and serve an app', async () => {
    const params = { hosts: hosts.map((host) => ({ address: host.address, host_key: host.ssh.hostKeys[0] })) };
    await developer.deis(['providers:create', '--type=static', '--id=racks']);
    await developer.deis(['flavors:create', '--id=racks', '--provider=racks', `--params=${JSON.stringify(params)}`]);
    await developer.deis(['create', '--id=rooted', '--flavor=racks', '--known-hosts=yes']);
    for (const layer of await developer.json<Layer[]>(['layers:list'])) {
      assert.equal(layer.ssh_username, 'deis');
      for (const host of hosts) await host.sh(`echo '${layer.ssh_public_key}' >> /home/deis/.ssh/authorized_keys`);
    }
    await developer.deis(['layers:scale', 'runtime=1', 'proxy=1']);
    await developer.git(['push', 'deis', 'master']);
    const proxy = (await developer.json<Node[]>(['nodes'])).find((node) => node.layer === 'proxy')!;
    const answer = await fetch(`http://${proxy.address}/`);
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /<html/i);
  });

  it('are refused when there are too few, and the nodes that serve stay', async () => {
    const { all } = await developer.deis(['layers:scale', 'runtime=2'], { expect: 1 });
    assert.match(all, /no host is free for rooted-runtime-2/);
    assert.equal((await developer.json<Node[]>(['nodes'])).filter((node) => node.status === 'ready').length, 2);
  });

  it('are never entered when they show another host key', async () => {
    const impostor = (await developer.json<Node[]>(['nodes'])).find((node) => node.layer === 'runtime')!;
    const host = hosts.find((each) => each.address === impostor.address)!;
    await host.sh('rm /etc/ssh/ssh_host_ed25519_key*; ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key; systemctl restart ssh');
    const { all } = await developer.deis(['converge'], { expect: 1 });
    assert.match(all, /host key/);
  });
});
