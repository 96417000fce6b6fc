import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { execa } from 'execa';
import { parse } from 'yaml';
import { Conflict, RemoteFailure, UserError } from '../../base/errors.js';
import { waitUntil } from '../../base/wait-until.js';
import type { LaunchedNode, NodeLaunch, Provider } from '../../provisioner/provider.js';
import { DockerProvider } from '../../provisioner/providers/docker/docker-provider.js';
import { ensureNetwork } from '../../provisioner/providers/docker/network/node-network.js';
import { MockProvider } from '../../provisioner/providers/mock/mock-provider.js';
import { StaticProvider } from '../../provisioner/providers/static/static-provider.js';
import { newInstance } from '../support/nodes/docker-node.js';
import { containersOfInstance, prepareMachine, sweep } from '../support/nodes/docker-machine.js';
import {
  dockerCloud,
  ec2Cloud,
  launchOn,
  layerOn,
  mockCloud,
  rackCloud,
  type TestCloud,
} from '../support/ec2/provider-clouds.js';

const unheard = async (): Promise<void> => undefined;

for (const [type, start, givesHost] of [
  ['mock', mockCloud, false],
  ['docker', dockerCloud, true],
  ['ec2', ec2Cloud, false],
  ['rack', rackCloud, false],
] as const) {
  describe(`the provider contract: ${type}`, function () {
    this.timeout(60_000);
    const { signal } = new AbortController();
    let cloud: TestCloud;
    const layer = () => layerOn(cloud);
    const launch = (num: number, formation?: string): NodeLaunch =>
      launchOn(layerOn(cloud, 'runtime', formation), num);

    before(async function () {
      this.timeout(600_000);
      cloud = await start();
      await cloud.one.createLayer(layer(), signal);
    });
    after(() => cloud.remove());
    afterEach(async () => {
      for (const provider of [cloud.one, cloud.other])
        for (const node of await provider.listNodes(null, signal)) await provider.terminateNode(node, signal);
    });

    it('gives its type, an example and a line about the account', async () => {
      assert.equal(cloud.one.type, type);
      assert.ok(cloud.one.paramsExample.includes('#'));
      cloud.one.parseParams(parse(cloud.one.paramsExample));
      assert.match((await cloud.one.checkCredentials(signal)).summary, /\w/);
    });

    it("says whether root on a machine is root on the controller's host", () => {
      assert.deepEqual([cloud.one.givesHost, cloud.other.givesHost], [givesHost, givesHost]);
    });

    it('refuses a param that it does not know, by name', () => {
      assert.throws(
        () => cloud.one.parseParams({ ...cloud.params, flux: 1 }),
        (error) => error instanceof UserError && error.field === 'params.flux',
      );
    });

    it('launches one machine for one uuid, however often it is asked', async () => {
      const wanted = launch(1);
      const first = await cloud.one.launchNode(wanted, unheard, signal);
      const second = await cloud.one.launchNode(wanted, unheard, signal);
      assert.deepEqual(second, first);
      assert.deepEqual(await cloud.machines(), [wanted.name]);
    });

    it("tells the cloud's id before it returns, again on a repeated launch, and waits until it is saved", async () => {
      const wanted = launch(1);
      const told: string[] = [];
      for (const round of ['first', 'again']) {
        let saved = false;
        const node = await cloud.one.launchNode(
          wanted,
          async (cloudId) => {
            await new Promise((resolve) => setImmediate(resolve));
            told.push(cloudId);
            saved = true;
          },
          signal,
        );
        assert.ok(saved, round);
        assert.equal(told.at(-1), node.cloudId);
      }
    });

    it('leaves a machine that can be found when saving its id fails', async () => {
      const wanted = launch(1);
      await assert.rejects(
        cloud.one.launchNode(wanted, () => Promise.reject(new Error('database gone')), signal),
        /database gone/,
      );
      const [orphan] = await cloud.one.listNodes(wanted.formation, signal);
      assert.equal(orphan?.uuid, wanted.uuid);
      const { cloudId } = await cloud.one.launchNode(wanted, unheard, signal);
      assert.equal(cloudId, orphan?.cloudId);
    });

    it('gives every node an address of its own, and none that is taken', async () => {
      const [first, ...others] = await Promise.all(
        [1, 2, 3, 4].map((num) => cloud.one.launchNode(launch(num), unheard, signal)),
      );
      assert.equal(new Set([first, ...others].map((node) => node!.address)).size, 4);
      const listed = await cloud.one.listNodes('peachy-waxworks', signal);
      assert.equal(new Set(listed.map((node) => node.address)).size, 4);
      await cloud.one.terminateNode(listed[0]!, signal);
      const next = await cloud.one.launchNode(
        { ...launch(5), taken: [listed[0]!.address!] },
        unheard,
        signal,
      );
      assert.notEqual(next.address, listed[0]!.address);
    });

    it('terminates a machine, twice, and one that never was', async () => {
      const wanted = launch(1);
      const { cloudId } = await cloud.one.launchNode(wanted, unheard, signal);
      const request = { uuid: wanted.uuid, cloudId, name: wanted.name };
      await Promise.all([cloud.one.terminateNode(request, signal), cloud.one.terminateNode(request, signal)]);
      await cloud.one.terminateNode({ ...request, cloudId: null }, signal);
      await cloud.one.terminateNode({ uuid: randomUUID(), cloudId: null, name: 'never-was-1' }, signal);
      assert.deepEqual(await cloud.machines(), []);
    });

    it('terminates a machine whose id was never saved', async () => {
      const wanted = launch(1);
      await cloud.one.launchNode(wanted, unheard, signal);
      await cloud.one.terminateNode({ uuid: wanted.uuid, cloudId: null, name: wanted.name }, signal);
      assert.deepEqual(await cloud.machines(), []);
    });

    it('lists the machines of one formation or of all', async () => {
      const [here, there] = [launch(1), launch(1, 'quiet-harbour')];
      const node = await cloud.one.launchNode(here, unheard, signal);
      await cloud.one.launchNode(there, unheard, signal);
      assert.deepEqual(await cloud.one.listNodes(here.formation, signal), [
        {
          cloudId: node.cloudId,
          uuid: here.uuid,
          formation: here.formation,
          name: here.name,
          state: 'running',
          address: node.address,
          privateAddress: node.privateAddress,
        },
      ]);
      assert.deepEqual(
        (await cloud.one.listNodes(null, signal)).map((each) => each.uuid).sort(),
        [here.uuid, there.uuid].sort(),
      );
      assert.deepEqual(await cloud.one.listNodes('nobodys', signal), []);
    });

    it('neither sees nor ends the machines of another instance, and does not say that they ended', async () => {
      const wanted = launch(1);
      const { cloudId } = await cloud.one.launchNode(wanted, unheard, signal);
      assert.deepEqual(await cloud.other.listNodes(null, signal), []);
      await assert.rejects(
        cloud.other.terminateNode({ uuid: wanted.uuid, cloudId: null, name: wanted.name }, signal),
        (error) => error instanceof Conflict && error.message.includes(cloudId),
      );
      await cloud.other.destroyLayer(layer(), signal);
      assert.deepEqual(await cloud.machines(), [wanted.name]);
    });

    it('ends a machine by the ids of its node, whichever instance made it', async () => {
      const wanted = launch(1);
      const { cloudId } = await cloud.one.launchNode(wanted, unheard, signal);
      await cloud.other.terminateNode({ uuid: wanted.uuid, cloudId, name: wanted.name }, signal);
      assert.deepEqual(await cloud.machines(), []);
    });

    for (const moment of ['before', 'while its id is saved'] as const) {
      it(`a launch that is aborted ${moment} is settled by a repeated launch and by a termination`, async () => {
        const wanted = launch(1);
        const abort = new AbortController();
        const stop = async (): Promise<void> => abort.abort(new Error('enough'));
        if (moment === 'before') await stop();
        await assert.rejects(cloud.one.launchNode(wanted, stop, abort.signal), /enough/);
        const { cloudId, address } = await cloud.one.launchNode(wanted, unheard, signal);
        assert.deepEqual(
          (await cloud.one.listNodes(null, signal)).map((node) => [node.cloudId, node.state, node.address]),
          [[cloudId, 'running', address]],
        );
        await cloud.one.terminateNode({ uuid: wanted.uuid, cloudId, name: wanted.name }, signal);
        assert.deepEqual(await cloud.machines(), []);
      });
    }

    it('makes and destroys what a layer shares, each twice', async () => {
      await cloud.one.destroyLayer(layer(), signal);
      await cloud.one.destroyLayer(layer(), signal);
      await Promise.all([cloud.one.createLayer(layer(), signal), cloud.one.createLayer(layer(), signal)]);
      const node = launch(1);
      await cloud.one.launchNode(node, unheard, signal);
      // Whether it may succeed while the node is there is the cloud's to say; the node stays.
      await cloud.one
        .destroyLayer(layer(), signal)
        .catch((error: unknown) => assert.ok(error instanceof RemoteFailure));
      assert.deepEqual(await cloud.machines(), [node.name]);
    });

    it('finds what it has beside machines, of this instance alone, and removes each, twice', async () => {
      const left = layerOn(cloud, 'runtime', 'left-behind');
      await cloud.one.createLayer(left, signal);
      const lost = async () =>
        ((await cloud.one.things?.list(signal)) ?? []).filter(
          ({ formation }) => formation === left.formation,
        );
      const things = await lost();
      assert.equal(things.length > 0, cloud.one.things !== undefined);
      assert.deepEqual((await cloud.other.things?.list(signal)) ?? [], []);
      for (const thing of things) {
        assert.deepEqual([thing.formationId, thing.layer, thing.uuid], [left.formationId, left.layer, null]);
        await cloud.one.things!.remove(thing, signal);
        await cloud.one.things!.remove(thing, signal);
      }
      assert.deepEqual(await lost(), []);
      await cloud.one.destroyLayer(left, signal);
    });

    it('tries what a launch needs without making anything', async () => {
      const checks = await cloud.one.preflight(cloud.one.parseParams(cloud.params), signal);
      assert.deepEqual(
        checks.filter(({ ok }) => !ok),
        [],
      );
      assert.deepEqual(await cloud.machines(), []);
    });
  });
}

describe('the provider contract: static, which makes and ends no machines', () => {
  const { signal } = new AbortController();
  const hosts = ['203.0.113.21', '203.0.113.22'].map((address) => ({
    address,
    host_key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample',
  }));
  const provider: Provider = new StaticProvider();
  const layer = layerOn({ params: { hosts } });

  it('gives its type, an example and a line about itself', async () => {
    assert.equal(provider.type, 'static');
    provider.parseParams(parse(provider.paramsExample));
    assert.match((await provider.checkCredentials(signal)).summary, /\w/);
    assert.deepEqual(
      (await provider.preflight(provider.parseParams({ hosts }), signal)).map(({ ok }) => ok),
      [true],
    );
  });

  it('refuses a param that it does not know, by name', () => {
    assert.throws(
      () => provider.parseParams({ hosts, flux: 1 }),
      (error) => error instanceof UserError && error.field === 'params.flux',
    );
  });

  it('takes the same host for one uuid, however often it is asked, and another one for another node', async () => {
    await provider.createLayer(layer, signal);
    const wanted = launchOn(layer, 1);
    const told: string[] = [];
    const first = await provider.launchNode(wanted, async (id) => void told.push(id), signal);
    assert.deepEqual(await provider.launchNode(wanted, async (id) => void told.push(id), signal), first);
    assert.deepEqual(told, [first.cloudId, first.cloudId]);
    const second = await provider.launchNode(launchOn(layer, 2, { taken: [first.address] }), unheard, signal);
    assert.notEqual(second.address, first.address);
    assert.equal(first.hostPublicKey, hosts[0]!.host_key);
  });

  it('leaves hosts as they are, twice, and lists none: the database alone knows which ones are nodes', async () => {
    const request = { uuid: randomUUID(), cloudId: '203.0.113.21', name: 'n-1' };
    await provider.terminateNode(request, signal);
    await provider.terminateNode(request, signal);
    await provider.destroyLayer(layer, signal);
    await provider.destroyLayer(layer, signal);
    assert.deepEqual(await provider.listNodes(null, signal), []);
  });
});

describe('the mock provider', () => {
  const { signal } = new AbortController();
  const launch = (num: number): NodeLaunch => launchOn(layerOn({ params: {} }), num);

  it('fails as its params say, for the nodes that they name', async () => {
    const { one, machines } = await mockCloud();
    const failing = (num: number, fail: string): NodeLaunch => ({
      ...launch(num),
      params: { fail, fail_node: '-2' },
    });
    await one.launchNode(failing(1, 'launch'), unheard, signal);
    await assert.rejects(one.launchNode(failing(2, 'launch'), unheard, signal), RemoteFailure);
    assert.deepEqual(await machines(), ['peachy-waxworks-runtime-1']);
    await assert.rejects(one.launchNode(failing(2, 'launch-after-id'), unheard, signal), RemoteFailure);
    assert.deepEqual(await machines(), ['peachy-waxworks-runtime-1', 'peachy-waxworks-runtime-2']);
  });

  it('fails when its fault says so, with what the fault throws', async () => {
    const provider = new MockProvider({
      instance: 'a1b2c3d4',
      cloud: new Map(),
      fault: (call, name) => {
        if (call === 'terminate') throw new Error(`no ${name}`);
      },
    });
    await assert.rejects(provider.terminateNode({ uuid: 'u', cloudId: null, name: 'n-1' }), /no n-1/);
  });

  it('takes its latency, and can be aborted meanwhile', async () => {
    const { one } = await mockCloud();
    const started = performance.now();
    await one.launchNode({ ...launch(1), params: { latency: 80 } }, unheard, signal);
    assert.ok(performance.now() - started >= 80);
    await assert.rejects(
      one.launchNode({ ...launch(2), params: { latency: 60_000 } }, unheard, AbortSignal.timeout(20)),
    );
  });
});

describe('the docker provider', function () {
  this.timeout(60_000);
  const launch = (num: number): NodeLaunch => launchOn(layerOn({ params: {} }), num);
  const { signal } = new AbortController();

  it('refuses a missing image, saying how to get it, and leaves nothing', async () => {
    const { docker } = await prepareMachine();
    const instance = newInstance();
    const provider = new DockerProvider({ instance, docker, image: 'deis/none:such' });
    try {
      await assert.rejects(
        provider.launchNode(launch(1), unheard, signal),
        (error) =>
          error instanceof UserError &&
          /no image deis\/none:such.*deis-controller build-images.*quickstart/.test(error.message),
      );
      assert.deepEqual(await containersOfInstance(instance), []);
    } finally {
      await sweep(instance);
    }
  });

  it('lets no node into the network of another formation, not even under an address of it', async () => {
    const { docker } = await prepareMachine();
    const instance = newInstance();
    const provider = new DockerProvider({ instance, docker });
    const start = (formation: string, num: number): Promise<LaunchedNode> =>
      provider.launchNode(launchOn(layerOn({ params: {} }, 'runtime', formation), num), unheard, signal);
    try {
      const [first, second, stranger] = [
        await start('one', 1),
        await start('one', 2),
        await start('other', 1),
      ];
      const reaches = async (from: LaunchedNode, script: string): Promise<boolean> => {
        const dial = `timeout 1 bash -c 'echo >/dev/tcp/${first.address}/22'`;
        const { exitCode } = await execa(
          'docker',
          ['exec', from.cloudId, 'bash', '-c', `${script} ${dial}`],
          {
            reject: false,
            timeout: 20_000,
          },
        );
        return exitCode === 0;
      };
      const look = async (): Promise<true | undefined> => (await reaches(second, '')) || undefined;
      await waitUntil(look, { deadlineMs: 30_000, intervalMs: 200, what: 'a node to reach its neighbour' });
      assert.equal(await reaches(stranger, ''), false);
      const take = `ip addr add ${second.address}/24 dev eth0 && ip route get ${first.address} >/dev/null &&`;
      assert.equal(await reaches(stranger, take), false);
      const gateways = await Promise.all(
        ['one', 'other', 'none'].map((formation) => provider.controllerAddresses(signal, formation)),
      );
      assert.deepEqual(
        gateways.map(({ length }) => length),
        [1, 1, 0],
      );
      assert.notEqual(gateways[0]![0], gateways[1]![0]);
    } finally {
      await sweep(instance);
    }
  });

  it('keeps a formation on the network that all shared before, while it has a node there', async () => {
    const { docker } = await prepareMachine();
    const instance = newInstance();
    const provider = new DockerProvider({ instance, docker });
    const networkOf = async ({ cloudId }: LaunchedNode): Promise<string> =>
      (await docker.getContainer(cloudId).inspect()).HostConfig.NetworkMode ?? '';
    try {
      const shared = await ensureNetwork(docker, { instance }, signal);
      const { Id } = (await docker.getNetwork(shared.id).inspect()) as { Id: string };
      const old = await docker.createContainer({
        Image: (await prepareMachine()).node.name,
        Cmd: ['true'],
        Labels: { 'deis.instance': instance, 'deis.kind': 'node', 'deis.formation': 'one', 'deis.node': 'u' },
        HostConfig: { NetworkMode: Id },
      });
      const start = (formation: string): Promise<LaunchedNode> =>
        provider.launchNode(launchOn(layerOn({ params: {} }, 'runtime', formation), 1), unheard, signal);
      assert.equal(await networkOf(await start('one')), shared.id);
      assert.notEqual(await networkOf(await start('other')), shared.id);
      assert.ok(old.id);
    } finally {
      await sweep(instance);
    }
  });

  it('removes the network with the last node, and volumes with each', async () => {
    const { docker } = await prepareMachine();
    const instance = newInstance();
    const provider = new DockerProvider({ instance, docker });
    const networks = async (): Promise<number> =>
      (await docker.listNetworks({ filters: { label: [`deis.instance=${instance}`] } })).length;
    const wanted = launch(1);
    const { cloudId } = await provider.launchNode(wanted, unheard, signal);
    const [volume] = (await docker.getContainer(cloudId).inspect()).Mounts.filter(
      (mount) => mount.Type === 'volume',
    );
    await provider.destroyLayer(layerOn({ params: {} }));
    assert.equal(await networks(), 1);
    await provider.terminateNode({ uuid: wanted.uuid, cloudId, name: wanted.name });
    await provider.destroyLayer(layerOn({ params: {} }));
    assert.equal(await networks(), 0);
    await assert.rejects(docker.getVolume(volume!.Name!).inspect(), { statusCode: 404 });
  });

  it("applies the flavor's limits", async () => {
    const { docker } = await prepareMachine();
    const instance = newInstance();
    try {
      const { cloudId } = await new DockerProvider({ instance, docker }).launchNode(
        { ...launch(1), params: { memory: '256m', cpus: 0.5 } },
        unheard,
        signal,
      );
      const { HostConfig } = await docker.getContainer(cloudId).inspect();
      assert.deepEqual([HostConfig.Memory, HostConfig.NanoCpus], [268_435_456, 500_000_000]);
    } finally {
      await sweep(instance);
    }
  });
});
