import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { Conflict, RemoteFailure } from '../../base/errors.js';
import type { TerminateRequest } from '../../provisioner/provider.js';
import { ec2Cloud, ec2Params, launchOn, layerOn, type Ec2Cloud } from '../support/ec2/provider-clouds.js';

const { signal } = new AbortController();
setMaxListeners(0, signal);
const unheard = async (): Promise<void> => undefined;
const layer = layerOn({ params: ec2Params });
const calls = ['DescribeInstances', 'TerminateInstances', 'DescribeAddresses'] as const;

describe('ec2 machines that end at the same time', function () {
  this.timeout(30_000);
  let cloud: Ec2Cloud;

  beforeEach(async () => {
    cloud = await ec2Cloud();
  });
  afterEach(() => cloud.remove());

  /** Machines that run, of these numbers. */
  const running = (count: number, by = cloud.one): Promise<TerminateRequest[]> =>
    Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const launch = launchOn(layer, index + 1);
        const { cloudId } = await by.launchNode(launch, unheard, signal);
        return { uuid: launch.uuid, name: launch.name, cloudId };
      }),
    );
  const end = (nodes: readonly TerminateRequest[]): Promise<PromiseSettledResult<void>[]> =>
    Promise.allSettled(nodes.map((node) => cloud.one.terminateNode(node, signal)));
  /** The calls that `act` makes, of each kind. */
  const counted = async <T>(act: () => Promise<T>): Promise<{ made: number[]; result: T }> => {
    const before = calls.map((action) => cloud.endpoint.count(action));
    const result = await act();
    return { made: calls.map((action, index) => cloud.endpoint.count(action) - before[index]!), result };
  };
  const reasons = (outcomes: readonly PromiseSettledResult<void>[]): unknown[] =>
    outcomes.map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as unknown) : null));

  it('ends 50 with three calls, once more with two, and 120 with two of each', async () => {
    const fifty = await running(50);
    const first = await counted(() => end(fifty));
    assert.deepEqual(reasons(first.result), Array(50).fill(null));
    assert.deepEqual(cloud.endpoint.state.alive, []);
    assert.deepEqual(first.made, [1, 1, 1]);
    const again = await counted(() => end(fifty));
    assert.deepEqual([reasons(again.result), again.made], [Array(50).fill(null), [1, 0, 1]]);
    const many = await running(120);
    const { made } = await counted(() => end(many));
    assert.deepEqual([cloud.endpoint.state.alive.length, made], [0, [2, 2, 2]]);
  });

  it('finds those that are not tagged, by their own ids, with one look more', async () => {
    const nodes = await running(10);
    const renamed = nodes.map((node, index) =>
      index % 2 === 0 ? node : { ...node, uuid: `other-${index}` },
    );
    const { made, result } = await counted(() => end(renamed));
    assert.deepEqual([reasons(result), made], [Array(10).fill(null), [2, 1, 1]]);
    assert.deepEqual(cloud.endpoint.state.alive, []);
  });

  it('ends all others where EC2 does not know one, and that one as soon as it does', async () => {
    const nodes = await running(50);
    const refused = nodes[30]!.cloudId!;
    cloud.endpoint.faults.push({
      action: 'TerminateInstances',
      how: 'refuse',
      code: 'InvalidInstanceID.NotFound',
      times: 7,
      when: (query) => query.list('InstanceId').includes(refused),
    });
    const { made, result } = await counted(() => end(nodes));
    assert.deepEqual(reasons(result), Array(50).fill(null));
    assert.deepEqual(cloud.endpoint.state.alive, []);
    assert.ok(made[1]! <= 14, `${made[1]} calls to end 50 machines`);
    assert.ok(made[0]! <= 3, `${made[0]} looks`);
  });

  it('tells the node that EC2 refuses to end, by its name and in its words, and no other', async () => {
    const nodes = await running(5);
    cloud.endpoint.faults.push({
      action: 'TerminateInstances',
      how: 'refuse',
      code: 'UnauthorizedOperation',
      times: 1000,
      when: (query) => query.list('InstanceId').includes(nodes[1]!.cloudId!),
    });
    const [first, second, ...others] = reasons(await end(nodes));
    assert.deepEqual([first, ...others], [null, null, null, null]);
    assert.ok(second instanceof RemoteFailure);
    assert.equal(second.node, nodes[1]!.name);
    assert.match(
      second.message,
      /^peachy-waxworks-runtime-2: EC2 refused TerminateInstances with UnauthorizedOperation: You are not/,
    );
    assert.deepEqual(
      cloud.endpoint.state.alive.map(({ id }) => id),
      [nodes[1]!.cloudId],
    );
  });

  it('leaves a machine of another controller running, and ends those beside it', async () => {
    const [[strange], nodes] = [await running(1, cloud.other), await running(4)];
    const led = { ...nodes[2]!, cloudId: strange!.cloudId };
    const { made, result } = await counted(() => end([nodes[0]!, led, nodes[1]!, nodes[3]!]));
    const [first, conflict, ...others] = reasons(result);
    assert.deepEqual([first, ...others], [null, null, null]);
    assert.ok(conflict instanceof Conflict && conflict.message.includes(strange!.cloudId!));
    assert.deepEqual(
      new Set(cloud.endpoint.state.alive.map(({ id }) => id)),
      new Set([strange!.cloudId, nodes[2]!.cloudId]),
    );
    assert.deepEqual(made, [2, 1, 1]);
  });

  it('asks no call for each where the credentials are not valid, and tells all', async () => {
    const nodes = await running(8);
    cloud.endpoint.faults.push({
      action: 'TerminateInstances',
      how: 'refuse',
      code: 'AuthFailure',
      times: 1000,
    });
    const { made, result } = await counted(() => end(nodes));
    const told = reasons(result);
    for (const [index, reason] of told.entries())
      assert.ok(
        reason instanceof RemoteFailure && reason.message.startsWith(`${nodes[index]!.name}: EC2 refused`),
        String(reason),
      );
    assert.deepEqual([made, cloud.endpoint.state.alive.length], [[1, 1, 0], 8]);
  });

  it('leaves the others alone when one gives up, and does not end its machine', async () => {
    const [first, second] = await running(2);
    const gone = new AbortController();
    const given = assert.rejects(cloud.one.terminateNode(first!, gone.signal), /cancelled/);
    const kept = cloud.one.terminateNode(second!, signal);
    gone.abort(new Error('cancelled'));
    await Promise.all([given, kept]);
    assert.deepEqual(
      cloud.endpoint.state.alive.map(({ id }) => id),
      [first!.cloudId],
    );
  });

  it('names who gave no answer in the time that was left', async () => {
    const [node] = await running(1);
    cloud.endpoint.faults.push({ action: 'DescribeInstances', how: 'hang', times: 1000 });
    await assert.rejects(
      cloud.one.terminateNode(node!, AbortSignal.timeout(300)),
      (error) =>
        error instanceof RemoteFailure &&
        /^peachy-waxworks-runtime-1: AWS \(127\.0\.0\.1:\d+\) gave no answer within 1 s/.test(error.message),
    );
  });

  it('gives back the fixed addresses of the nodes that ended, and of those alone', async () => {
    const front = layerOn({ params: { ...ec2Params, elastic_ip: true } }, 'proxy');
    const launches = [1, 2, 3].map((num) => launchOn(front, num));
    const made = await Promise.all(launches.map((each) => cloud.one.launchNode(each, unheard, signal)));
    const nodes = launches.map(({ uuid, name }, index) => ({ uuid, name, cloudId: made[index]!.cloudId }));
    const { made: asked } = await counted(() => end(nodes.slice(0, 2)));
    assert.deepEqual(
      cloud.endpoint.state.addresses.map(({ instance }) => instance),
      [nodes[2]!.cloudId],
    );
    assert.deepEqual(asked, [1, 1, 1]);
  });
});
