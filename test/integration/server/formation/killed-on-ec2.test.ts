import assert from 'node:assert/strict';
import type { Provider } from '../../../../provisioner/provider.js';
import { destroyFormation } from '../../../../server/formation/destroy-formation.js';
import { scaleLayersSteps } from '../../../../server/formation/context/steps.js';
import type { OperationRecord } from '../../../../server/store/operations/operation-store.js';
import { FormationHarness, type RunOptions } from '../../../support/server/formation-harness.js';
import { ec2Cloud, type Ec2Cloud } from '../../../support/ec2/provider-clouds.js';

const phases = ['up', 'down', 'destroy'] as const;
type Phase = (typeof phases)[number];

/** Calls of each phase, in their order; the SSM parameter and STS aside. */
const calls: Readonly<Record<Phase, readonly string[]>> = {
  up: [
    'DescribeImages',
    'DescribeSubnets',
    'DescribeRouteTables',
    'DescribeSecurityGroups',
    'CreateSecurityGroup',
    'AuthorizeSecurityGroupIngress',
    'RunInstances',
    'DescribeInstances',
    'DescribeAddresses',
    'AllocateAddress',
    'AssociateAddress',
  ],
  down: [
    'TerminateInstances',
    'DescribeInstances',
    'DescribeAddresses',
    'DisassociateAddress',
    'ReleaseAddress',
  ],
  destroy: ['DescribeInstances', 'DescribeSecurityGroups', 'DeleteSecurityGroup'],
};

/**
 * The whole way of a formation on the suite's EC2: launched, scaled to nothing, destroyed; with the
 * controller killed once, anywhere.
 */
describe('a controller that is killed while EC2 works', function () {
  this.timeout(60_000);
  let h: FormationHarness;
  let cloud: Ec2Cloud;
  let life = new AbortController();

  beforeEach(async () => {
    cloud = await ec2Cloud({ unseen: 1 });
    h = await FormationHarness.create();
    life = new AbortController();
    const flavor = (await h.stores.flavors.byName(h.user.id, 'mock'))!;
    await h.stores.flavors.update(flavor.id, {
      params: { region: 'us-west-2', ssh_from: ['203.0.113.7/32'], elastic_ip: true },
    });
    // Another provider for each attempt, as after a restart.
    Object.assign(h.parts, { providers: new Map([['mock', () => mortal(cloud.again(), life.signal)]]) });
  });
  afterEach(async () => {
    life.abort();
    await h.close();
    await cloud.remove();
  });

  const act = async (phase: Phase, options: RunOptions = {}): Promise<void> => {
    const counts = { up: { runtime: 1, proxy: 1 }, down: { runtime: 0, proxy: 0 }, destroy: undefined }[
      phase
    ];
    const ended: OperationRecord =
      counts === undefined
        ? await h.end((await destroyFormation(h.parts, h.user, h.formation)).id, options)
        : await h.scaleLayers(counts, options);
    assert.equal(ended.state, 'succeeded', `${phase}: ${JSON.stringify(ended.error)}`);
  };
  /** Every phase, one of them with these options; what there must be is looked at after each. */
  const story = async (struck?: Phase, options: RunOptions = {}): Promise<void> => {
    const { state } = cloud.endpoint;
    await act('up', struck === 'up' ? options : {});
    assert.deepEqual(
      [state.alive.length, state.instances.length, state.addresses.length, state.groups.length],
      [2, 2, 1, 2],
      'each was launched once',
    );
    assert.deepEqual(
      (await h.snapshot()).nodes.map(({ cloudId, status }) => [status, cloudId]).sort(),
      state.alive.map(({ id }) => ['ready', id]).sort(),
    );
    await act('down', struck === 'down' ? options : {});
    assert.deepEqual(
      [state.alive.length, state.addresses.length, (await h.snapshot()).nodes.length],
      [0, 0, 0],
    );
    await act('destroy', struck === 'destroy' ? options : {});
    assert.deepEqual([state.remains, state.instances.length], [[], 2]);
  };
  const killed = { kill: { step: 'a call of EC2', at: 'start' } } as const;
  const killAt = (action: string, how: 'lost' | 'cut'): void => {
    const when = (): boolean => {
      life.abort(new Error('killed'));
      life = new AbortController();
      h.nodes.onHang();
      return true;
    };
    cloud.endpoint.faults.push({ action, how, when });
  };

  it('makes all the calls that are struck below', async () => {
    const seen: Partial<Record<Phase, Set<string>>> = {};
    for (const phase of phases) {
      cloud.endpoint.calls.length = 0;
      await act(phase);
      seen[phase] = new Set(
        cloud.endpoint.calls
          .map(({ action }) => action)
          .filter((action) => action !== 'GetParameter' && action !== 'GetCallerIdentity'),
      );
    }
    for (const phase of phases)
      for (const action of calls[phase]) assert.ok(seen[phase]!.has(action), `${phase} makes no ${action}`);
    for (const action of new Set(phases.flatMap((phase) => [...seen[phase]!])))
      assert.ok(Object.values(calls).flat().includes(action), `${action} is struck nowhere`);
  });

  for (const phase of phases) {
    for (const action of calls[phase]) {
      for (const how of action.startsWith('Describe') ? (['cut'] as const) : (['lost', 'cut'] as const)) {
        const moment = how === 'lost' ? 'before it hears of' : 'before AWS hears of';
        it(`ends with all and then with nothing when it is killed ${moment} ${action} (${phase})`, async () => {
          for (const before of phases.slice(0, phases.indexOf(phase))) await act(before);
          killAt(action, how);
          await act(phase, killed);
          const { state } = cloud.endpoint;
          if (phase === 'up')
            assert.deepEqual(
              [state.alive.length, state.instances.length, state.addresses.length, state.groups.length],
              [2, 2, 1, 2],
            );
          for (const after of phases.slice(phases.indexOf(phase) + 1)) await act(after);
          assert.deepEqual([state.remains, state.instances.length], [[], 2]);
        });
      }
    }
  }

  for (const step of scaleLayersSteps) {
    // The start of a step is the end of the one before.
    it(`ends with all and then with nothing when it is killed at the end of ${step} (up)`, () =>
      story('up', { kill: { step, at: 'end' } }));
  }
  for (const [phase, step] of [
    ['down', 'drain'],
    ['down', 'terminate'],
    ['destroy', 'terminate'],
    ['destroy', 'clean'],
  ] as const) {
    it(`ends with nothing when it is killed at the end of ${step} (${phase})`, () =>
      story(phase, { kill: { step, at: 'end' } }));
  }
});

/**
 * A provider of a process: when that dies, nothing that it has begun ever ends, and it writes nothing down
 * any more.
 */
function mortal(provider: Provider, death: AbortSignal): Provider {
  const never = (): Promise<never> => new Promise(() => undefined);
  const whileAlive = (value: unknown): unknown => {
    if (value instanceof AbortSignal) return AbortSignal.any([value, death]);
    return typeof value === 'function'
      ? (...args: unknown[]): unknown =>
          death.aborted ? never() : (value as (...all: unknown[]) => unknown)(...args)
      : value;
  };
  return new Proxy(provider, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function' || name === 'parseParams')
        return typeof value === 'function' ? value.bind(target) : value;
      return async (...args: unknown[]): Promise<unknown> => {
        if (death.aborted) return never();
        try {
          const result: unknown = await (value as (...all: unknown[]) => unknown).apply(
            target,
            args.map(whileAlive),
          );
          return death.aborted ? await never() : result;
        } catch (error) {
          if (death.aborted) return never();
          throw error;
        }
      };
    },
  });
}
