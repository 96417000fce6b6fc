import assert from 'node:assert/strict';
import type Docker from 'dockerode';
import { Conflict } from '../../base/errors.js';
import type { NodeLaunch, Provider, ProviderLayer } from '../../provisioner/provider.js';
import { DockerProvider } from '../../provisioner/providers/docker/docker-provider.js';
import { MockProvider, type MockCloud } from '../../provisioner/providers/mock/mock-provider.js';
import { StaticProvider } from '../../provisioner/providers/static/static-provider.js';
import { containersOfInstance, prepareMachine, sweep } from '../support/nodes/docker-machine.js';
import { newInstance } from '../support/nodes/docker-node.js';
import { ec2Cloud, launchOn, layerOn, type Ec2Cloud } from '../support/ec2/provider-clouds.js';

/** What a controller keeps of one node: it survives every crash. */
interface Kept {
  readonly layer: ProviderLayer;
  readonly launch: NodeLaunch;
  cloudId: string | null;
}

const maxTries = 4;

/**
 * Makes the layer and the node, as often as it takes, each time with a provider as after a restart. Returns
 * how often it took.
 */
async function up(connect: () => Provider, kept: Kept, signals: () => AbortSignal): Promise<number> {
  return untilDone(async () => {
    const [provider, signal] = [connect(), signals()];
    await provider.createLayer(kept.layer, signal);
    await provider.launchNode(kept.launch, async (id) => void (kept.cloudId = id), signal);
  });
}

/** Ends the node and what its layer had. */
async function down(connect: () => Provider, kept: Kept, signals: () => AbortSignal): Promise<number> {
  return untilDone(async () => {
    const [provider, signal] = [connect(), signals()];
    const { launch, cloudId } = kept;
    await provider.terminateNode(
      { uuid: launch.uuid, cloudId, name: launch.name, intent: launch.journal.last },
      signal,
    );
    await provider.destroyLayer(kept.layer, signal);
  });
}

async function untilDone(work: () => Promise<void>): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    try {
      await work();
      return tries;
    } catch (error) {
      if (tries === maxTries) throw error;
    }
  }
}

const keep = (layer: ProviderLayer): Kept => ({ layer, launch: launchOn(layer, 1), cloudId: null });
const never = (): AbortSignal => new AbortController().signal;

describe('a launch and a termination, with something going wrong at every call', function () {
  this.timeout(120_000);

  describe('ec2', () => {
    let cloud: Ec2Cloud;
    beforeEach(async () => {
      cloud = await ec2Cloud({ unseen: 1 }, { clocks: { requestMs: 400, answerMs: 2_000, settleMs: 2_000 } });
    });
    afterEach(() => cloud.remove());

    const story = async (): Promise<void> => {
      const kept = keep(layerOn(cloud, 'proxy'));
      await up(() => cloud.again(), kept, never);
      assert.equal(cloud.endpoint.state.instances.filter(({ state }) => state !== 'terminated').length, 1);
      assert.equal(kept.cloudId, cloud.endpoint.state.alive[0]!.id);
      await down(() => cloud.again(), kept, never);
      assert.deepEqual(cloud.endpoint.state.remains, []);
      assert.equal(cloud.endpoint.state.instances.length, 1, 'launched once');
    };
    const reset = (): void => {
      for (const list of [
        cloud.endpoint.calls,
        cloud.endpoint.faults,
        cloud.endpoint.state.instances,
        cloud.endpoint.state.groups,
      ])
        list.length = 0;
      cloud.endpoint.state.heldFor = 1;
    };

    for (const [what, fault] of [
      ['the answer is lost', { how: 'lost' }],
      ['the call is cut off', { how: 'cut' }],
      ['AWS fails', { how: 'refuse', code: 'InternalError' }],
    ] as const) {
      it(`ends with one machine, and then with none, when ${what}`, async () => {
        await story();
        const calls = cloud.endpoint.calls.map(({ action }) => action);
        assert.ok(calls.length > 12);
        for (const [nth, action] of calls.entries()) {
          reset();
          let left = nth;
          cloud.endpoint.faults.push({ ...fault, action: '*', when: () => left-- === 0 });
          await story().catch((error: unknown) =>
            assert.fail(`call ${nth}, ${action}: ${(error as Error).stack}`),
          );
        }
      });
    }

    it('ends with one machine, and then with none, when AWS throttles', async () => {
      for (const action of ['RunInstances', 'DescribeInstances']) {
        reset();
        cloud.endpoint.faults.push({ action, how: 'refuse', code: 'RequestLimitExceeded' });
        await story();
      }
    });

    it('ends with one machine, and then with none, when the endpoint hangs at a changing call', async () => {
      for (const action of [
        'CreateSecurityGroup',
        'AuthorizeSecurityGroupIngress',
        'RunInstances',
        'TerminateInstances',
        'DeleteSecurityGroup',
      ]) {
        reset();
        cloud.endpoint.faults.push({ action, how: 'hang' });
        await story().catch((error: unknown) => assert.fail(`${action}: ${(error as Error).stack}`));
      }
    });

    it('ends with one machine, and then with none, when the controller is killed at any call', async () => {
      await story();
      const calls = cloud.endpoint.calls.map(({ action }) => action);
      for (const nth of calls.keys()) {
        reset();
        const kill = new AbortController();
        let left = nth;
        cloud.endpoint.faults.push({
          action: '*',
          how: 'lost',
          when: () => left-- === 0 && (kill.abort(new Error('killed')), true),
        });
        const kept = keep(layerOn(cloud, 'runtime'));
        const signals = (): AbortSignal => (kill.signal.aborted ? never() : kill.signal);
        await up(() => cloud.again(), kept, signals);
        assert.equal(cloud.endpoint.state.alive.length, 1, `killed at call ${nth}, ${calls[nth]}`);
        await down(() => cloud.again(), kept, signals);
        assert.deepEqual(
          [cloud.endpoint.state.remains, cloud.endpoint.state.instances.length],
          [[], 1],
          `killed at call ${nth}, ${calls[nth]}`,
        );
      }
    });

    it('launches the others when half of the nodes fail, and the rest when asked again', async () => {
      cloud.endpoint.faults.push({
        action: 'RunInstances',
        how: 'refuse',
        code: 'VcpuLimitExceeded',
        times: 4,
        when: (query) => /-[2468]$/.test(query.tagsFor('instance').get('Name') ?? ''),
      });
      const provider = cloud.again();
      const layer = layerOn(cloud);
      const nodes = Array.from({ length: 8 }, (_, index) => launchOn(layer, index + 1));
      const launchAll = () =>
        Promise.allSettled(nodes.map((node) => provider.launchNode(node, async () => undefined, never())));
      assert.deepEqual(
        (await launchAll()).map(({ status }) => status),
        nodes.map(({ num }) => (num % 2 === 0 ? 'rejected' : 'fulfilled')),
      );
      assert.ok((await launchAll()).every(({ status }) => status === 'fulfilled'));
      assert.equal(cloud.endpoint.state.instances.length, 8);
    });
  });

  it('mock: ends with one machine, and then with none', async () => {
    for (let nth = 0; nth < 8; nth += 1) {
      const cloud: MockCloud = new Map();
      let left = nth;
      const connect = (): Provider =>
        new MockProvider({
          instance: 'a1b2c3d4',
          cloud,
          fault: () => {
            if (left-- === 0) throw new Error('no answer');
          },
        });
      const kept = keep(layerOn({ params: {} }));
      await up(connect, kept, never);
      assert.equal(cloud.size, 1);
      await down(connect, kept, never);
      assert.equal(cloud.size, 0);
    }
  });

  it('static: takes one host, however often the launch is repeated, and none of another node', async () => {
    const params = {
      hosts: ['203.0.113.21', '203.0.113.22'].map((address) => ({
        address,
        host_key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample',
      })),
    };
    const kept = keep(layerOn({ params }));
    let refusals = 1;
    const tries = await untilDone(async () => {
      await new StaticProvider().launchNode(kept.launch, async (id) => {
        if (refusals-- > 0) throw new Error('the database is away');
        kept.cloudId = id;
      });
    });
    assert.deepEqual([tries, kept.cloudId], [2, '203.0.113.21']);
    await assert.rejects(
      new StaticProvider().launchNode(
        { ...kept.launch, taken: ['203.0.113.21', '203.0.113.22'] },
        async () => undefined,
      ),
      Conflict,
    );
  });

  for (const when of ['before', 'after'] as const) {
    it(`docker: ends with one machine, then with none, when the connection breaks ${when} a change`, async function () {
      this.timeout(180_000);
      const { docker } = await prepareMachine();
      const instance = newInstance();
      try {
        for (let nth = 0; ; nth += 1) {
          const fault = { left: nth, when };
          const connect = (): Provider => new DockerProvider({ instance, docker: breaking(docker, fault) });
          const kept = keep(layerOn({ params: {} }));
          await up(connect, kept, never);
          assert.deepEqual(
            await containersOfInstance(instance),
            [`deis-${instance}-${kept.launch.name}`],
            `at call ${nth}`,
          );
          await down(connect, kept, never);
          assert.deepEqual(await containersOfInstance(instance), [], `at call ${nth}`);
          if (fault.left >= 0) break;
        }
      } finally {
        await sweep(instance);
      }
    });
  }
});

const changing = ['createContainer', 'createNetwork', 'start', 'putArchive', 'remove', 'connect'];

/**
 * The engine, with one changing call that breaks: before it is made, or when it is done. Objects that it
 * gives out break likewise.
 */
function breaking<T extends Docker | Docker.Container | Docker.Network>(
  real: T,
  fault: { left: number; readonly when: 'before' | 'after' },
): T {
  return new Proxy(real, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function' || name === 'modem') return value;
      return (...args: unknown[]): unknown => {
        const act = (): unknown => (value as (...all: unknown[]) => unknown).apply(target, args);
        if (name === 'getContainer' || name === 'getNetwork')
          return breaking(act() as Docker.Container, fault);
        const isNow = changing.includes(String(name)) && fault.left-- === 0;
        if (isNow && fault.when === 'before') return Promise.reject(new Error('connection broken'));
        return Promise.resolve(act()).then((result: unknown) => {
          if (isNow) throw new Error('connection broken');
          return name === 'createContainer' ? breaking(result as Docker.Container, fault) : result;
        });
      };
    },
  });
}
