import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { Secret } from '../../base/secret.js';
import { Ec2Provider } from '../../provisioner/providers/ec2/ec2-provider.js';
import { newInstance } from '../support/nodes/docker-node.js';
import { FaultProxy } from '../support/moto/fault-proxy.js';
import { MotoServer, type AccessKey } from '../support/moto/moto-server.js';
import { launchOn, layerOn } from '../support/ec2/provider-clouds.js';

const { signal } = new AbortController();
setMaxListeners(0, signal);
const unheard = async (): Promise<void> => undefined;
const policy = /```json\n([^]*?)```/.exec(readFileSync('docs/ec2.md', 'utf8'))![1]!;

/**
 * The provider against an EC2 that nobody here wrote, with the IAM policy of docs/ec2.md. Its offline
 * sibling is the provider contract against the suite's own endpoint. Where PyPI does not give moto, `npm test`
 * leaves this file out and says why.
 */
describe('the ec2 provider against moto', function () {
  this.timeout(60_000);
  let moto: MotoServer;
  let proxy: FaultProxy;
  let deis: AccessKey;
  let blind: AccessKey;
  let params: Record<string, unknown>;
  const env: Record<string, string> = {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };

  before(async function () {
    this.timeout(600_000);
    const { stdout } = await promisify(execFile)(process.execPath, ['bin/test/moto.mjs']);
    moto = await MotoServer.start(stdout.trim());
    await moto.openDefaultVpc();
    params = { region: 'us-west-2', ssh_from: ['203.0.113.7/32'], image: await moto.addImage('debian') };
    deis = await moto.addUser('deis', policy);
    blind = await moto.addUser('blind', policy.replace('"ec2:DescribeInstances",', ''));
    proxy = await FaultProxy.start(moto.url);
    Object.assign(process.env, env, { AWS_ENDPOINT_URL: proxy.url });
    await moto.demandAuth(0);
  });

  after(async () => {
    for (const name of Object.keys(env)) delete process.env[name];
    await proxy?.stop();
    await moto?.stop();
  });

  beforeEach(() => {
    proxy.calls.length = 0;
    proxy.faults.length = 0;
  });

  /** What there is, as moto's administrator sees it. */
  const there = async (): Promise<Record<string, number>> => {
    await moto.demandAuth(99);
    const count = async (action: string, what: RegExp): Promise<number> =>
      [...(await moto.call('ec2', action)).matchAll(what)].length;
    const counts = {
      instances: await count(
        'DescribeInstances',
        /<instanceState>\s*<code>\d+<\/code>\s*<name>(?!terminated)/g,
      ),
      groups: await count('DescribeSecurityGroups', /<groupName>deis-/g),
      addresses: await count('DescribeAddresses', /<allocationId>/g),
      volumes: await count('DescribeVolumes', /<volumeId>[^<]*<\/volumeId>\s*<size>/g),
    };
    await moto.demandAuth(0);
    return counts;
  };

  afterEach(async () => {
    assert.deepEqual(await there(), { instances: 0, groups: 0, addresses: 0, volumes: 0 }, 'left behind');
  });

  const provider = (key: AccessKey, instance = newInstance()): Ec2Provider =>
    new Ec2Provider({
      instance,
      account: {
        source: 'keys',
        keys: { accessKeyId: key.accessKeyId, secretAccessKey: new Secret(key.secretAccessKey) },
        region: 'us-west-2',
        account: undefined,
      },
      region: 'us-west-2',
      architecture: 'amd64',
      sshFrom: [],
      own: { public: () => Promise.resolve([]), private: () => [] },
      runRate: { size: 1000, perSecond: 1000, atOnce: 10 },
      clocks: { pollMs: 50, settleMs: 5_000, releaseMs: 5_000, answerMs: 20_000 },
    });
  const count = (action: string): number => proxy.calls.filter((each) => each === action).length;
  const clean = async (ec2: Ec2Provider, ...layers: ReturnType<typeof layerOn>[]): Promise<void> => {
    for (const node of await ec2.listNodes(null, signal)) await ec2.terminateNode(node, signal);
    for (const layer of layers) await ec2.destroyLayer(layer, signal);
  };

  it('lives a whole life with the documented policy, and makes no call outside it', async () => {
    const ec2 = provider(deis);
    assert.match((await ec2.checkCredentials(signal)).summary, /123456789012/);
    const flavor = { ...params, elastic_ip: true };
    const checks = await ec2.preflight(ec2.parseParams(flavor), signal);
    assert.deepEqual(
      checks.filter(({ ok }) => !ok),
      [],
    );
    const [runtime, front] = [layerOn({ params: flavor }), layerOn({ params: flavor }, 'proxy')];
    await ec2.createLayer(runtime, signal);
    await ec2.createLayer(front, signal);
    const launches = [launchOn(runtime, 1), launchOn(runtime, 2), launchOn(front, 1)];
    const nodes = await Promise.all(launches.map((each) => ec2.launchNode(each, unheard, signal)));
    assert.deepEqual(await Promise.all(launches.map((each) => ec2.launchNode(each, unheard, signal))), nodes);
    assert.deepEqual(
      (await ec2.listNodes('peachy-waxworks', signal))
        .map(({ cloudId, state }) => `${cloudId} ${state}`)
        .sort(),
      nodes.map(({ cloudId }) => `${cloudId} running`).sort(),
    );
    assert.deepEqual(await provider(deis).listNodes(null, signal), []);
    const kinds = (await ec2.things.list(signal)).map(({ kind }) => kind).sort();
    assert.deepEqual(
      kinds.filter((kind) => kind !== 'volume'),
      ['fixed address', 'security group', 'security group'],
    );
    assert.deepEqual(await there(), { instances: 3, groups: 2, addresses: 1, volumes: 3 });
    await clean(ec2, runtime, front);
    await clean(ec2, runtime, front);
    for (const call of new Set(proxy.calls)) assert.ok(policy.includes(`:${call}"`), call);
  });

  it('lets others in at ports of a layer and closes them again, with the documented policy', async () => {
    const ec2 = provider(deis);
    const layer = layerOn({ params }, 'proxy');
    await ec2.createLayer(layer, signal);
    /** Sources that port 6379 is open to, as moto's administrator sees it. */
    const open = async (...from: string[]): Promise<string[]> => {
      await ec2.openPorts(
        layer,
        { openings: from.length > 0 ? [{ port: 6379, from }] : [], nodes: [] },
        signal,
      );
      await moto.demandAuth(99);
      const text = await moto.call('ec2', 'DescribeSecurityGroups');
      await moto.demandAuth(0);
      const permissions = text.split('<ipProtocol>').filter((part) => /<fromPort>6379</.test(part));
      return permissions
        .flatMap((part) => [...part.matchAll(/<cidrIp>([^<]+)</g)].map(([, cidr]) => cidr!))
        .sort();
    };
    assert.deepEqual(await open('10.0.0.7', '10.0.0.8'), ['10.0.0.7/32', '10.0.0.8/32']);
    assert.deepEqual(await open('10.0.0.8', '10.1.0.0/16'), ['10.0.0.8/32', '10.1.0.0/16']);
    assert.deepEqual(await open(), []);
    await clean(ec2, layer);
    for (const call of new Set(proxy.calls)) assert.ok(policy.includes(`:${call}"`), call);
  });

  it('learns from flavors:check what the policy lacks, and from a refusal what was refused', async () => {
    const ec2 = provider(blind);
    const refused = (await ec2.preflight(ec2.parseParams(params), signal)).filter(({ ok }) => !ok);
    assert.deepEqual(
      refused.map(({ what }) => what),
      ['ec2:DescribeInstances'],
    );
    await assert.rejects(ec2.listNodes(null, signal), /refused DescribeInstances with AccessDenied/);
    const wrong = provider({ ...deis, secretAccessKey: 'x'.repeat(40) });
    await assert.rejects(wrong.checkCredentials(signal), /SignatureDoesNotMatch/);
  });

  it('makes one machine while EC2 is busy, and ends both that a lost answer made', async () => {
    const ec2 = provider(deis);
    const layer = layerOn({ params });
    proxy.faults.push({ action: 'RunInstances', how: 'refuse', times: 3 });
    proxy.faults.push({ action: 'DescribeInstances', how: 'refuse', times: 4 });
    const first = launchOn(layer, 1);
    await ec2.launchNode(first, unheard, signal);
    assert.deepEqual([count('RunInstances'), (await ec2.listNodes(null, signal)).length], [4, 1]);
    proxy.faults.push({ action: 'RunInstances', how: 'lost', times: 1 });
    const second = launchOn(layer, 2);
    const { cloudId } = await ec2.launchNode(second, unheard, signal);
    await ec2.terminateNode({ uuid: second.uuid, cloudId, name: second.name }, signal);
    assert.deepEqual(
      (await ec2.listNodes(null, signal)).map(({ uuid }) => uuid),
      [first.uuid],
    );
    await clean(ec2, layer);
  });

  it('finds the group whose answer was lost, and ends a machine that EC2 says it does not know', async () => {
    const ec2 = provider(deis);
    const layer = layerOn({ params });
    proxy.faults.push({ action: 'CreateSecurityGroup', how: 'lost', times: 1 });
    await ec2.createLayer(layer, signal);
    await ec2.launchNode(launchOn(layer, 1), unheard, signal);
    const code = 'InvalidInstanceID.NotFound';
    proxy.faults.push({ action: 'TerminateInstances', how: 'refuse', status: 400, code, times: 1 });
    await clean(ec2, layer);
    assert.equal(count('TerminateInstances'), 2);
  });

  it('ends many with one call of each kind, and all but the one that EC2 refuses', async () => {
    const ec2 = provider(deis);
    const layer = layerOn({ params });
    const launches = Array.from({ length: 12 }, (_, index) => launchOn(layer, index + 1));
    const made = await Promise.all(launches.map((each) => ec2.launchNode(each, unheard, signal)));
    const nodes = launches.map(({ uuid, name }, index) => ({ uuid, name, cloudId: made[index]!.cloudId }));
    const calls = ['DescribeInstances', 'TerminateInstances', 'DescribeAddresses'];
    proxy.calls.length = 0;
    await Promise.all(nodes.slice(0, 8).map((node) => ec2.terminateNode(node, signal)));
    assert.deepEqual(calls.map(count), [1, 1, 1]);
    assert.equal((await ec2.listNodes(null, signal)).length, 4);
    const code = 'InvalidInstanceID.NotFound';
    proxy.faults.push({ action: 'TerminateInstances', how: 'refuse', status: 400, code, times: 1 });
    await Promise.all(nodes.slice(8).map((node) => ec2.terminateNode(node, signal)));
    assert.deepEqual(await ec2.listNodes(null, signal), []);
    await clean(ec2, layer);
  });
});
