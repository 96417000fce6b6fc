import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bailWithin } from '../support/bail-within.js';
import { askAnew } from '../support/server/ask-anew.js';
import { ControllerProcess } from '../support/server/controller-process.js';
import { Developer } from '../support/cli/developer.js';
import { prepareMachine, sweep } from '../support/nodes/docker-machine.js';
import { newInstance } from '../support/nodes/docker-node.js';
import { Ec2Endpoint } from '../support/ec2/ec2-endpoint.js';
import { dockerBodies } from '../support/ec2/bodies.js';

interface Node {
  id: string;
  layer: string;
  status: string;
  address: string;
  cloud_id: string;
}

/**
 * The README of 2013, with --flavor=ec2-us-west-2, on an EC2 of our own whose instances are VM-like nodes
 * that boot with their user-data.
 */
describe('the whole story on EC2', function () {
  this.timeout(180_000);
  bailWithin();
  const controller = new ControllerProcess();
  const bodies = newInstance();
  let aws: Ec2Endpoint;
  let developer: Developer;
  let env: Record<string, string>;

  before(async function () {
    this.timeout(600_000);
    const { docker } = await prepareMachine();
    const { make, gateway } = await dockerBodies(docker, bodies);
    aws = await Ec2Endpoint.start({ bodies: make, unseen: 1, pending: 1 });
    env = {
      ...aws.env,
      DEIS_SSH_FROM: '203.0.113.7/32',
      DEIS_NODE_URL: `http://${gateway}:${await controller.slugPort()}`,
    };
    await controller.start(env);
    developer = new Developer(controller, 'ada');
    await developer.makeKey();
    await developer.startApp('static-site');
    mkdirSync(join(developer.home, '.aws'));
    writeFileSync(
      join(developer.home, '.aws', 'credentials'),
      '[default]\n' +
        'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n' +
        'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n',
    );
  });

  after(async () => {
    await controller.stop();
    await aws.stop();
    await sweep(bodies);
    await controller.remove();
  });

  const nodes = (): Promise<Node[]> => developer.json<Node[]>(['nodes']);

  it('registers, discovers the provider, and finds the flavor good', async () => {
    await developer.register();
    const { stderr } = await developer.deis(['providers:discover', '--yes']);
    assert.match(stderr, /AWS account 123456789012/);
    await developer.deis(['flavors:check', 'ec2-us-west-2']);
  });

  it('launches, converges and serves what is pushed', async () => {
    await developer.deis(['create', '--id=cloudy', '--flavor=ec2-us-west-2', '--known-hosts=yes']);
    const started = performance.now();
    await developer.deis(['layers:scale', 'runtime=2', 'proxy=1']);
    console.log(
      `      layers:scale runtime=2 proxy=1: ${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
    const made = await nodes();
    assert.deepEqual(
      made.map(({ id, status }) => `${id} ${status}`),
      ['cloudy-proxy-1 ready', 'cloudy-runtime-1 ready', 'cloudy-runtime-2 ready'],
    );
    assert.deepEqual(made.map((node) => node.cloud_id).sort(), aws.state.alive.map(({ id }) => id).sort());
    await developer.git(['push', 'deis', 'master']);
    const answer = await askAnew(`http://${made[0]!.address}/`);
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /<html/i);
  });

  it('spread the runtime nodes over zones, and gave each a host key that its user-data does not tell', async () => {
    const runtimes = aws.state.alive.filter(({ tags }) => tags.get('deis:layer') === 'runtime');
    assert.deepEqual(runtimes.map(({ zone }) => zone).sort(), ['us-west-2a', 'us-west-2b']);
    for (const { userData, address } of aws.state.alive) {
      const launched = /ed25519_public: (ssh-ed25519 \S+)/.exec(
        Buffer.from(userData, 'base64').toString(),
      )![1]!;
      const { stdout } = await developer.command('ssh-keyscan', ['-t', 'ed25519', address!]);
      assert.match(stdout, /ssh-ed25519 \S+/);
      assert.ok(!stdout.includes(launched), 'the node still shows the key of its user-data');
    }
  });

  it('launches no VM twice and loses none when the controller is killed while EC2 launches', async () => {
    let killed: Promise<void> | undefined;
    aws.faults.push({
      action: 'RunInstances',
      how: 'lost',
      when: () => (killed = controller.kill()) !== undefined,
    });
    const scaling = developer.deis(['layers:scale', 'runtime=3']);
    await Promise.race([controller.ended(60_000), scaling]);
    assert.ok(killed, 'nothing was launched');
    await killed;
    await controller.start(env);
    await scaling;
    assert.deepEqual([aws.state.alive.length, aws.state.instances.length], [4, 4]);
    assert.equal((await nodes()).filter(({ status }) => status === 'ready').length, 4);
  });

  it('is destroyed, and leaves nothing in the account', async () => {
    await developer.deis(['destroy', '--confirm=cloudy']);
    assert.deepEqual(aws.state.remains, []);
    assert.equal(aws.count('ImportKeyPair') + aws.count('CreateKeyPair'), 0);
  });
});
