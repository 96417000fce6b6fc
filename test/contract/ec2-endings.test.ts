import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import type { NodeLaunch } from '../../provisioner/provider.js';
import { ec2Cloud, ec2Params, launchOn, layerOn, type Ec2Cloud } from '../support/ec2/provider-clouds.js';

const { signal } = new AbortController();
setMaxListeners(0, signal);
const unheard = async (): Promise<void> => undefined;

describe('ec2 machines that end at the same time', function () {
  this.timeout(30_000);
  let cloud: Ec2Cloud;
  const launch = (num: number): NodeLaunch => launchOn(layerOn({ params: ec2Params }), num);

  beforeEach(async () => {
    cloud = await ec2Cloud();
  });
  afterEach(() => cloud.remove());

  it('ends many with three calls, and one that EC2 does not know spares no other', async () => {
    const wanted = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const { uuid, name, ...rest } = launch(index + 1);
        const { cloudId } = await cloud.one.launchNode({ ...rest, uuid, name }, unheard, signal);
        return { uuid, name, cloudId };
      }),
    );
    const calls = ['DescribeInstances', 'TerminateInstances', 'DescribeAddresses'] as const;
    const counted = (): number[] => calls.map((action) => cloud.endpoint.count(action));
    const before = counted();
    const since = (): number[] => counted().map((count, index) => count - before[index]!);
    const end = (some: typeof wanted): Promise<unknown> =>
      Promise.all(some.map((node) => cloud.one.terminateNode(node, signal)));
    await end(wanted.slice(0, 10));
    assert.equal(cloud.endpoint.state.alive.length, 10);
    assert.deepEqual(since(), [1, 1, 1]);
    const [unknown] = wanted.slice(10);
    cloud.endpoint.faults.push({
      action: 'TerminateInstances',
      how: 'refuse',
      code: 'InvalidInstanceID.NotFound',
      times: 2,
      when: (query) => query.list('InstanceId').includes(unknown!.cloudId),
    });
    await end(wanted.slice(10));
    assert.deepEqual(cloud.endpoint.state.alive, []);
    // One for all, ten by themselves, the one again.
    assert.deepEqual(since(), [3, 1 + 1 + 10 + 1, 3]);
  });

  it('tells each node why it was not ended, and only those', async () => {
    const wanted = await Promise.all(
      [1, 2, 3].map(async (num) => {
        const { uuid, name, ...rest } = launch(num);
        return { uuid, name, ...(await cloud.one.launchNode({ ...rest, uuid, name }, unheard, signal)) };
      }),
    );
    cloud.endpoint.faults.push({
      action: 'TerminateInstances',
      how: 'refuse',
      code: 'UnauthorizedOperation',
      times: 1000,
      when: (query) => query.list('InstanceId').includes(wanted[1]!.cloudId),
    });
    const outcomes = await Promise.allSettled(wanted.map((node) => cloud.one.terminateNode(node, signal)));
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.match(String((outcomes[1] as PromiseRejectedResult).reason), /runtime-2.*TerminateInstances/);
    assert.equal(cloud.endpoint.state.alive.length, 1);
  });

  it('leaves the others alone when one of them gives up', async () => {
    const wanted = await Promise.all(
      [1, 2].map(async (num) => {
        const { uuid, name, ...rest } = launch(num);
        return { uuid, name, ...(await cloud.one.launchNode({ ...rest, uuid, name }, unheard, signal)) };
      }),
    );
    const gone = new AbortController();
    const [first, second] = wanted.map((node, index) =>
      cloud.one.terminateNode(node, index === 0 ? gone.signal : signal),
    );
    gone.abort(new Error('cancelled'));
    await assert.rejects(first!, /cancelled/);
    await second;
    assert.ok(!cloud.endpoint.state.alive.some(({ id }) => id === wanted[1]!.cloudId));
  });
});
