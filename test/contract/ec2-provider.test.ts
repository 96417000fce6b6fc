import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { gunzipSync } from 'node:zlib';
import { RemoteFailure, StillHeld, UserError } from '../../base/errors.js';
import { Secret } from '../../base/secret.js';
import type { NodeLaunch, PortOpening, Provider } from '../../provisioner/provider.js';
import { defaultSubnets } from '../support/ec2/cloud-state.js';
import { documentedRefusals } from '../support/ec2/refusal.js';
import {
  ec2Cloud,
  ec2Params,
  launchOn,
  layerOn,
  MemoryJournal,
  type Ec2Cloud,
} from '../support/ec2/provider-clouds.js';

const { signal } = new AbortController();
setMaxListeners(0, signal);
const unheard = async (): Promise<void> => undefined;

describe('the ec2 provider', function () {
  this.timeout(30_000);
  let cloud: Ec2Cloud;
  const clouds: Ec2Cloud[] = [];

  const start = async (...args: Parameters<typeof ec2Cloud>): Promise<Ec2Cloud> => {
    cloud = await ec2Cloud(...args);
    clouds.push(cloud);
    return cloud;
  };
  const launch = (
    num = 1,
    more: Partial<NodeLaunch> = {},
    params: Record<string, unknown> = {},
  ): NodeLaunch => launchOn(layerOn({ params: { ...ec2Params, ...params } }), num, more);
  const runs = (): URLSearchParams[] =>
    cloud.endpoint.calls.filter(({ action }) => action === 'RunInstances').map(({ params }) => params);
  const tokens = (): (string | null)[] => runs().map((run) => run.get('ClientToken'));

  beforeEach(() => start());
  afterEach(async () => {
    for (const each of clouds.splice(0).reverse()) await each.remove();
  });

  it('asks for IMDSv2 with one hop, an encrypted gp3 volume of the node, and tags, in one call', async () => {
    const wanted = launch(1, {}, { volume_size: 30, instance_profile: 'app' });
    await cloud.one.launchNode(wanted, unheard, signal);
    const [run] = runs();
    const asked = Object.fromEntries(run!);
    const expected = {
      'MetadataOptions.HttpTokens': 'required',
      'MetadataOptions.HttpPutResponseHopLimit': '1',
      'BlockDeviceMapping.1.DeviceName': '/dev/xvda',
      'BlockDeviceMapping.1.Ebs.Encrypted': 'true',
      'BlockDeviceMapping.1.Ebs.VolumeType': 'gp3',
      'BlockDeviceMapping.1.Ebs.VolumeSize': '30',
      'BlockDeviceMapping.1.Ebs.DeleteOnTermination': 'true',
      'NetworkInterface.1.DeleteOnTermination': 'true',
      'NetworkInterface.1.AssociatePublicIpAddress': 'true',
      'IamInstanceProfile.Name': 'app',
      MinCount: '1',
      MaxCount: '1',
      InstanceType: 't3.small',
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(asked[name], value, name);
    for (const n of [1, 2, 3]) {
      const tags = Object.fromEntries(
        [1, 2, 3, 4, 5, 6, 7].map((each) => [
          asked[`TagSpecification.${n}.Tag.${each}.Key`],
          asked[`TagSpecification.${n}.Tag.${each}.Value`],
        ]),
      );
      assert.deepEqual(tags, {
        'deis:created-by': cloud.instance,
        'deis:formation': 'peachy-waxworks',
        'deis:formation-id': '1',
        'deis:layer': 'runtime',
        'deis:kind': 'runtime',
        'deis:node': wanted.uuid,
        Name: wanted.name,
      });
    }
    assert.deepEqual(
      [1, 2, 3].map((n) => asked[`TagSpecification.${n}.ResourceType`]),
      ['instance', 'volume', 'network-interface'],
    );
    assert.equal(cloud.endpoint.count('CreateTags'), 0);
  });

  it('opens SSH to the controller, containers to proxies, the web to all, in any order of layers', async () => {
    for (const order of [
      ['runtime', 'proxy'],
      ['proxy', 'runtime'],
    ] as const) {
      const { one, endpoint, remove } = await ec2Cloud();
      for (const kind of [...order, ...order])
        await one.createLayer(layerOn({ params: ec2Params }, kind), signal);
      await one.createLayer(layerOn({ params: ec2Params }, 'proxy', 'quiet-harbour'), signal);
      const group = (kind: string, formation = 'peachy-waxworks') =>
        endpoint.state.groups.find(
          ({ tags }) => tags.get('deis:kind') === kind && tags.get('deis:formation') === formation,
        )!;
      assert.deepEqual([...group('proxy').rules].sort(), [
        'tcp 22 22 203.0.113.7/32 deis-classic',
        'tcp 443 443 0.0.0.0/0 deis-classic',
        'tcp 80 80 0.0.0.0/0 deis-classic',
      ]);
      assert.deepEqual([...group('runtime').rules].sort(), [
        'tcp 22 22 203.0.113.7/32 deis-classic',
        `tcp 5000 9999 ${group('proxy').id} deis-classic`,
      ]);
      for (const kind of ['proxy', 'runtime'] as const)
        await one.destroyLayer(layerOn({ params: ec2Params }, kind), signal);
      assert.deepEqual(
        endpoint.state.groups.map(({ tags }) => tags.get('deis:formation')),
        ['quiet-harbour'],
      );
      await remove();
    }
  });

  it("closes SSH to where the controller was before, and leaves an operator's own rules", async () => {
    const layer = (from: string) => layerOn({ params: { ...ec2Params, ssh_from: [from] } });
    await cloud.one.createLayer(layer('203.0.113.7/32'), signal);
    cloud.endpoint.state.groups[0]!.rules.add('tcp 9100 9100 10.0.0.0/8 monitoring');
    await cloud.one.createLayer(layer('203.0.113.8/32'), signal);
    assert.deepEqual([...cloud.endpoint.state.groups[0]!.rules].sort(), [
      'tcp 22 22 203.0.113.8/32 deis-classic',
      'tcp 9100 9100 10.0.0.0/8 monitoring',
    ]);
  });

  it('lets others in at ports of a layer, follows them, and closes what is wanted no more', async () => {
    const layer = layerOn({ params: ec2Params }, 'proxy');
    const own = ['tcp 22 22 203.0.113.7/32 deis-classic', 'tcp 443 443 0.0.0.0/0 deis-classic'];
    const site = 'tcp 80 80 0.0.0.0/0 deis-classic';
    const open = async (...openings: PortOpening[]): Promise<string[]> => {
      await cloud.one.openPorts!(layer, { openings, nodes: ['10.0.0.4'] }, signal);
      return [...cloud.endpoint.state.groups[0]!.rules]
        .filter((rule) => ![...own, site].includes(rule))
        .sort();
    };
    const opened = (port: number, from: string): string => `tcp ${port} ${port} ${from} deis-classic-opened`;
    await cloud.one.createLayer(layer, signal);
    cloud.endpoint.state.groups[0]!.rules.add('tcp 9100 9100 10.0.0.0/8 monitoring');
    const kept = 'tcp 9100 9100 10.0.0.0/8 monitoring';
    assert.deepEqual(await open({ port: 6379, from: ['10.0.0.7', '10.0.0.8', 'fd00::7'] }), [
      opened(6379, '10.0.0.7/32'),
      opened(6379, '10.0.0.8/32'),
      kept,
    ]);
    const calls = cloud.endpoint.count('AuthorizeSecurityGroupIngress');
    await open({ port: 6379, from: ['10.0.0.7', '10.0.0.8'] });
    assert.equal(cloud.endpoint.count('AuthorizeSecurityGroupIngress'), calls, 'nothing is opened twice');
    assert.deepEqual(await open({ port: 6379, from: ['10.0.0.8'] }, { port: 5432, from: ['10.1.0.0/16'] }), [
      opened(5432, '10.1.0.0/16'),
      opened(6379, '10.0.0.8/32'),
      kept,
    ]);
    // A layer that is prepared once more, for another node, keeps what is open.
    await cloud.one.createLayer(layer, signal);
    assert.equal((await open({ port: 6379, from: ['10.0.0.8'] })).length, 2);
    assert.deepEqual(await open(), [kept]);
    assert.ok(own.every((rule) => cloud.endpoint.state.groups[0]!.rules.has(rule)));
    await cloud.one.destroyLayer(layer, signal);
    assert.deepEqual(cloud.endpoint.state.groups, []);
  });

  it('opens SSH to the setting, else to the address it is seen at; says what to set when unknown', async () => {
    const open = async (
      params: Record<string, unknown>,
      more: Parameters<typeof ec2Cloud>[1],
    ): Promise<string[]> => {
      const { one, endpoint } = await start({}, more);
      await one.createLayer(layerOn({ params: { region: 'us-west-2', ...params } }), signal);
      return [...endpoint.state.groups[0]!.rules];
    };
    assert.deepEqual(await open({}, { sshFrom: ['203.0.113.0/24'] }), [
      'tcp 22 22 203.0.113.0/24 deis-classic',
    ]);
    assert.deepEqual(await open({}, {}), ['tcp 22 22 198.51.100.99/32 deis-classic']);
    assert.deepEqual(await open({ address: 'private' }, {}), ['tcp 22 22 10.9.9.9/32 deis-classic']);
    await assert.rejects(
      open({}, { own: { public: () => Promise.reject(new Error('no route')), private: () => [] } }),
      (error) => error instanceof UserError && /DEIS_SSH_FROM/.test(error.message),
    );
    assert.equal(cloud.endpoint.count('CreateSecurityGroup'), 0);
  });

  it('spreads the nodes of a layer over the zones', async () => {
    await Promise.all([1, 2, 3, 4].map((num) => cloud.one.launchNode(launch(num), unheard, signal)));
    const zones = cloud.endpoint.state.instances
      .map(({ tags, zone }) => `${tags.get('Name')!.at(-1)} ${zone}`)
      .sort();
    assert.deepEqual(zones, ['1 us-west-2a', '2 us-west-2b', '3 us-west-2c', '4 us-west-2a']);
  });

  it('goes to the next zone, then type, when there is no capacity, each with a token of its own', async () => {
    cloud.endpoint.faults.push({
      action: 'RunInstances',
      how: 'refuse',
      code: 'InsufficientInstanceCapacity',
      times: 4,
    });
    const wanted = launch(2, {}, { fallback_types: ['t3a.small'] });
    await cloud.one.launchNode(wanted, unheard, signal);
    const [made, ...others] = cloud.endpoint.state.instances;
    assert.deepEqual([others.length, made!.type, made!.zone], [0, 't3a.small', 'us-west-2c']);
    assert.equal(new Set(tokens()).size, 5);
    assert.ok(tokens().every((token) => /^[\x21-\x7e]{1,64}$/.test(token!)));
  });

  it('also when the launch was accepted and ends later for it', async () => {
    cloud.endpoint.state.doomed.set('us-west-2a', {
      code: 'Server.InsufficientInstanceCapacity',
      message: 'Server.InsufficientInstanceCapacity: no luck',
    });
    const told: string[] = [];
    const { cloudId } = await cloud.one.launchNode(launch(), async (id) => void told.push(id), signal);
    assert.equal(cloud.endpoint.state.alive[0]!.zone, 'us-west-2b');
    assert.deepEqual([told.length, told.at(-1)], [2, cloudId]);
  });

  it('gives up when no zone has any, says what to do, and begins anew when asked again', async () => {
    cloud.endpoint.faults.push({
      action: 'RunInstances',
      how: 'refuse',
      code: 'InsufficientInstanceCapacity',
      times: 4,
    });
    const wanted = launch();
    await assert.rejects(
      cloud.one.launchNode(wanted, unheard, signal),
      (error) =>
        error instanceof RemoteFailure &&
        error.node === wanted.name &&
        /InsufficientInstanceCapacity.*fallback_types.*no t3\.small in us-west-2a, t3\.small in us-west-2b/.test(
          error.message,
        ),
    );
    assert.equal(cloud.endpoint.count('RunInstances'), 4);
    await cloud.one.launchNode(wanted, unheard, signal);
    assert.equal(cloud.endpoint.state.alive.length, 1);
  });

  for (const code of ['VcpuLimitExceeded', 'InstanceLimitExceeded', 'UnauthorizedOperation'] as const) {
    it(`stops at once at ${code}, in AWS's own words, and says what to do`, async () => {
      cloud.endpoint.faults.push({ action: 'RunInstances', how: 'refuse', code });
      const wanted = launch();
      await assert.rejects(
        cloud.one.launchNode(wanted, unheard, signal),
        (error) =>
          error instanceof RemoteFailure &&
          error.message.includes(documentedRefusals[code].message.slice(0, 30)) &&
          /quota|policy of docs\/ec2\.md/.test(error.message),
      );
      assert.deepEqual([cloud.endpoint.count('RunInstances'), cloud.endpoint.state.instances.length], [1, 0]);
      const looks = cloud.endpoint.count('DescribeInstances');
      await cloud.one.terminateNode(
        { uuid: wanted.uuid, cloudId: null, name: wanted.name, intent: wanted.journal.last },
        signal,
      );
      assert.equal(
        cloud.endpoint.count('DescribeInstances'),
        looks + 1,
        'nobody waits for a machine that AWS refused to make',
      );
    });
  }

  it('shows why a launch that was accepted ended, and launches another when asked again', async () => {
    cloud.endpoint.state.doomed.set('us-west-2a', {
      code: 'Client.VolumeLimitExceeded',
      message: 'Client.VolumeLimitExceeded: Volume limit exceeded',
    });
    const wanted = launch();
    await assert.rejects(
      cloud.one.launchNode(wanted, unheard, signal),
      /ended while launching: Client\.VolumeLimitExceeded: Volume limit exceeded/,
    );
    cloud.endpoint.state.doomed.clear();
    await cloud.one.launchNode(wanted, unheard, signal);
    assert.equal(cloud.endpoint.state.alive.length, 1);
  });

  it('waits for a launch that EC2 does not know yet, and for many with one question', async () => {
    await start({ unseen: 6, pending: 4 });
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => cloud.one.launchNode(launch(index + 1), unheard, signal)),
    );
    assert.equal(cloud.endpoint.state.alive.length, 30);
    const looks = cloud.endpoint.count('DescribeInstances');
    assert.ok(looks < 90, `${looks} looks for 30 nodes of 11 looks each`);
  });

  it('terminates a launch whose answer was lost and that EC2 does not show yet', async () => {
    await start({ unseen: 5 }, { clocks: { answerMs: 60 } });
    cloud.endpoint.faults.push({ action: 'RunInstances', how: 'lost', times: 1000 });
    const wanted = launch();
    await assert.rejects(cloud.one.launchNode(wanted, unheard, signal), /Whether it launches is not known/);
    assert.equal(cloud.endpoint.state.alive.length, 1);
    await cloud
      .again()
      .terminateNode(
        { uuid: wanted.uuid, cloudId: null, name: wanted.name, intent: wanted.journal.last },
        signal,
      );
    assert.equal(cloud.endpoint.state.alive.length, 0);
  });

  for (const times of [1, 3])
    it(`ends a machine that EC2 shows and ${times} times says not to know, and one beside it`, async () => {
      const wanted = launch();
      const { cloudId } = await cloud.one.launchNode(wanted, unheard, signal);
      // Another of the same node: what a token that was used up left behind.
      const journal = new MemoryJournal();
      await cloud.one.launchNode(
        { ...wanted, journal, params: { ...ec2Params, instance_type: 't3.large' }, num: 2 },
        unheard,
        signal,
      );
      assert.equal(cloud.endpoint.state.alive.length, 2);
      cloud.endpoint.faults.push({
        action: 'TerminateInstances',
        how: 'refuse',
        code: 'InvalidInstanceID.NotFound',
        times,
        when: (query) => query.list('InstanceId').includes(cloudId),
      });
      await cloud.one.terminateNode({ uuid: wanted.uuid, cloudId, name: wanted.name }, signal);
      assert.deepEqual(cloud.endpoint.state.alive, []);
    });

  it('does not say that a machine is gone while EC2 shows it', async () => {
    await start({}, { clocks: { settleMs: 60 } });
    const wanted = launch();
    const { cloudId } = await cloud.one.launchNode(wanted, unheard, signal);
    cloud.endpoint.faults.push({
      action: 'TerminateInstances',
      how: 'refuse',
      code: 'InvalidInstanceID.NotFound',
      times: 1000,
    });
    await assert.rejects(
      cloud.one.terminateNode({ uuid: wanted.uuid, cloudId, name: wanted.name }, signal),
      /InvalidInstanceID\.NotFound/,
    );
    cloud.endpoint.faults.length = 0;
    cloud.endpoint.state.instances.length = 0;
    await cloud.one.terminateNode({ uuid: wanted.uuid, cloudId, name: wanted.name }, signal);
  });

  it('repeats the very same call after a restart, though image and flavor have changed meanwhile', async () => {
    await start({}, { clocks: { answerMs: 60 } });
    const journal = new MemoryJournal();
    const wanted = launch(1, { journal });
    cloud.endpoint.faults.push({ action: 'RunInstances', how: 'cut', times: 1000 });
    await assert.rejects(cloud.one.launchNode(wanted, unheard, signal), /no answer/);
    cloud.endpoint.faults.length = 0;
    journal.last = { ...journal.last, image: 'ami-00000000000000001' };
    await cloud.again().launchNode(wanted, unheard, signal);
    assert.equal(cloud.endpoint.state.alive[0]!.image, 'ami-00000000000000001');
    const changed = { ...wanted, params: { ...ec2Params, volume_size: 40 } };
    const again = await cloud
      .again()
      .launchNode({ ...changed, journal: new MemoryJournal() }, unheard, signal);
    assert.deepEqual(
      [again.cloudId, cloud.endpoint.state.alive.length],
      [cloud.endpoint.state.alive[0]!.id, 1],
    );
  });

  it('compresses a cloud-config that is too long, and refuses one that is so even then', async () => {
    const text = `#cloud-config\n${'# the same line over and over\n'.repeat(1000)}`;
    await cloud.one.launchNode(launch(1, { userData: new Secret(text) }), unheard, signal);
    assert.equal(gunzipSync(Buffer.from(runs()[0]!.get('UserData')!, 'base64')).toString(), text);
    const random = new Secret(randomBytes(24_000).toString('base64'));
    await assert.rejects(
      cloud.one.launchNode(launch(2, { userData: random }), unheard, signal),
      (error) => error instanceof UserError && error.field === 'init' && /16384/.test(error.message),
    );
    assert.equal(cloud.endpoint.count('RunInstances'), 1);
  });

  it('gives proxies a fixed address when the flavor says so, and back again', async () => {
    const layer = layerOn({ params: { ...ec2Params, elastic_ip: true } }, 'proxy');
    cloud.endpoint.faults.push({ action: 'AllocateAddress', how: 'lost' });
    const wanted = launchOn(layer, 1);
    const first = await cloud.one.launchNode(wanted, unheard, signal);
    assert.deepEqual(await cloud.one.launchNode(wanted, unheard, signal), first);
    assert.deepEqual(
      cloud.endpoint.state.addresses.map(({ address, instance }) => [address, instance]),
      [[first.address, first.cloudId]],
    );
    await cloud.one.terminateNode({ uuid: wanted.uuid, cloudId: first.cloudId, name: wanted.name }, signal);
    assert.deepEqual(cloud.endpoint.state.addresses, []);
  });

  it('names the interfaces that hold a group beyond the deadline', async () => {
    await start({ heldFor: 1000 }, { clocks: { releaseMs: 50 } });
    const wanted = launch();
    const { cloudId } = await cloud.one.launchNode(wanted, unheard, signal);
    await cloud.one.terminateNode({ uuid: wanted.uuid, cloudId, name: wanted.name }, signal);
    await assert.rejects(
      cloud.one.destroyLayer(wanted, signal),
      (error) =>
        error instanceof RemoteFailure &&
        error.message.includes(`${cloudId.replace('i-', 'eni-')} of ${cloudId}`),
    );
  });

  it('waits no longer than it is told for a group that AWS holds, and says that a later try may do', async () => {
    await start({ heldFor: 1000 }, { clocks: { releaseMs: 60_000 } });
    const wanted = launch();
    const { cloudId } = await cloud.one.launchNode(wanted, unheard, signal);
    await cloud.one.terminateNode({ uuid: wanted.uuid, cloudId, name: wanted.name }, signal);
    await assert.rejects(
      cloud.one.destroyLayer(wanted, signal, 50),
      (error) =>
        error instanceof StillHeld &&
        /AWS still holds security group sg-\w+ .*eni-\w+ of i-.*repeat the command in a minute/.test(
          error.message,
        ),
    );
    cloud.endpoint.state.heldFor = 0;
    await cloud.one.destroyLayer(wanted, signal, 50);
  });

  for (const [what, action, ask] of [
    [
      'providers:create',
      'GetCallerIdentity',
      (one: Provider, within: AbortSignal) => one.checkCredentials(within),
    ],
    [
      'layers:destroy',
      'DescribeSecurityGroups',
      (one: Provider, within: AbortSignal) => one.destroyLayer(launch(), within),
    ],
    [
      'the list of nodes',
      'DescribeInstances',
      (one: Provider, within: AbortSignal) => one.listNodes(null, within),
    ],
    [
      'the list of things',
      'DescribeVolumes',
      (one: Provider, within: AbortSignal) => one.things!.list(within),
    ],
  ] as const)
    it(`says that AWS gave no answer within the time of ${what}, and who was asked`, async () => {
      await cloud.one.checkCredentials(signal);
      await cloud.one.listNodes(null, signal);
      cloud.endpoint.faults.push({ action, how: 'hang', times: 1000 });
      const silence = (error: unknown): boolean =>
        error instanceof RemoteFailure &&
        /AWS \(127\.0\.0\.1:\d+\) gave no answer within 1 s/.test(error.message) &&
        error.command === action;
      await assert.rejects(ask(cloud.one, AbortSignal.timeout(500)), silence);
    });

  it('keeps what it has found when AWS gives no answer to the rest of a preflight', async () => {
    cloud.endpoint.faults.push({ action: 'DescribeSubnets', how: 'hang', times: 1000 });
    const checks = await cloud.one.preflight(cloud.one.parseParams(ec2Params), AbortSignal.timeout(1500));
    assert.deepEqual(
      checks.slice(0, 3).map(({ what, ok }) => [what, ok]),
      [
        ['credentials', true],
        ['processors', true],
        ['image', true],
      ],
    );
    assert.match(checks[3]!.detail, /^AWS \(127\.0\.0\.1:\d+\) gave no answer within \d s$/);
  });

  for (const code of ['RequestLimitExceeded', 'InternalError'] as const)
    it(`waits on for machines that run while looks are answered ${code}`, async function () {
      // What was throttled the SDK asks again later and later, by chance, down to one call in two seconds.
      this.timeout(90_000);
      await start({ pending: 3 }, { clocks: { runningMs: 60_000 } });
      await cloud.one.createLayer(launch(), signal);
      cloud.endpoint.faults.push({ action: 'DescribeInstances', how: 'refuse', code, times: 5 });
      await Promise.all([1, 2].map((num) => cloud.one.launchNode(launch(num), unheard, signal)));
      assert.equal(cloud.endpoint.state.alive.length, 2);
      assert.equal(cloud.endpoint.count('RunInstances'), 2);
    });

  it('says why nothing is known of a launch when looks are refused until the end', async () => {
    await start({}, { clocks: { runningMs: 60 } });
    cloud.endpoint.faults.push({
      action: 'DescribeInstances',
      how: 'refuse',
      code: 'RequestLimitExceeded',
      times: 1000,
    });
    await assert.rejects(
      cloud.one.launchNode(launch(), unheard, signal),
      /EC2 refused DescribeInstances with RequestLimitExceeded/,
    );
  });

  for (const action of ['RunInstances', 'AuthorizeSecurityGroupIngress'])
    it(`asks again when ${action} does not find the group made a moment ago, but not for ever`, async () => {
      const fault = { action, how: 'refuse', code: 'InvalidGroup.NotFound' } as const;
      cloud.endpoint.faults.push({ ...fault, times: 2 });
      await cloud.one.launchNode(launch(), unheard, signal);
      assert.equal(cloud.endpoint.state.alive.length, 1);
      await start({}, { clocks: { settleMs: 60 } });
      cloud.endpoint.faults.push({ ...fault, times: 1000 });
      await assert.rejects(
        cloud.one.launchNode(launch(), unheard, signal),
        new RegExp(`EC2 refused ${action} with InvalidGroup.NotFound`),
      );
      assert.equal(cloud.endpoint.state.alive.length, 0);
    });

  it('prepares a layer though AWS is busy at each of its questions', async () => {
    for (const action of ['DescribeSubnets', 'DescribeImages', 'DescribeSecurityGroups'])
      cloud.endpoint.faults.push({ action, how: 'refuse', code: 'InternalError', times: 3 });
    await cloud.one.createLayer(layerOn(cloud), signal);
    assert.equal(cloud.endpoint.state.groups.length, 1);
  });

  it('names the call that was refused, whichever it is, and calls a lost answer none', async () => {
    for (const action of [
      'DescribeSubnets',
      'DescribeImages',
      'AuthorizeSecurityGroupIngress',
      'RunInstances',
    ]) {
      await start();
      cloud.endpoint.faults.push({ action, how: 'refuse', code: 'UnauthorizedOperation' });
      await assert.rejects(
        cloud.one.launchNode(launch(), unheard, signal),
        (error) =>
          error instanceof RemoteFailure && error.message.includes(`EC2 refused ${action} with Unauthorized`),
      );
    }
    cloud.endpoint.faults.push({ action: 'GetCallerIdentity', how: 'cut', times: 1000 });
    await assert.rejects(cloud.one.checkCredentials(signal), (error) => {
      assert.match((error as Error).message, /AWS \(127\.0\.0\.1:\d+\) gave no answer to GetCallerIdentity/);
      assert.doesNotMatch((error as Error).message, /refused/);
      return true;
    });
  });

  it("takes the newest official image, never a stranger's, and refuses other processors", async () => {
    for (const isSsmOpen of [true, false]) {
      await start();
      cloud.endpoint.isSsmOpen = isSsmOpen;
      await cloud.one.launchNode(launch(), unheard, signal);
      assert.equal(cloud.endpoint.state.alive[0]!.image, 'ami-00000000000000002');
    }
    const refusal = (params: Record<string, unknown>, field: string, why: RegExp): Promise<void> =>
      assert.rejects(
        cloud.one.createLayer(layerOn({ params: { ...ec2Params, ...params } }), signal),
        (error) => error instanceof UserError && error.field === field && why.test(error.message),
      );
    await refusal(
      { image: 'ami-00000000000000003' },
      'params.image',
      /is for arm64 processors, the flavor's instance type has amd64/,
    );
    await refusal(
      { instance_type: 't4g.small' },
      'params.architecture',
      /this controller builds slugs and a stack image for amd64/,
    );
    await refusal({ image: 'ami-0123456789abcdef0' }, 'params.image', /us-west-2 offers no such image/);
    await refusal({ image: 'ssm:/mine/none' }, 'params.image', /cannot be read/);
    assert.equal(cloud.endpoint.count('CreateSecurityGroup'), 1);
  });

  it('refuses a network that nodes could not be reached in, before anything is made', async () => {
    const inside = {
      id: 'subnet-0aaaaaaaaaaaaaaaa',
      vpc: 'vpc-0aaaaaaaaaaaaaaaa',
      zone: 'us-west-2a',
      isDefault: false,
      gateway: undefined,
    };
    await start({ subnets: [...defaultSubnets.map((subnet) => ({ ...subnet, isDefault: false })), inside] });
    const refusal = (params: Record<string, unknown>, why: RegExp): Promise<void> =>
      assert.rejects(
        cloud.one.createLayer(layerOn({ params: { ...ec2Params, ...params } }), signal),
        (error) => error instanceof UserError && why.test(error.message),
      );
    await refusal({}, /no default VPC in this account: name vpc/);
    await refusal({ vpc: 'vpc-0bbbbbbbbbbbbbbbb' }, /has no subnets in us-west-2/);
    await refusal({ subnets: ['subnet-0bbbbbbbbbbbbbbbb'] }, /subnet-0bbbbbbbbbbbbbbbb/);
    await refusal(
      { vpc: inside.vpc },
      /no route to an internet gateway \(route table rtb-0aaaaaaaaaaaaaaaa\)/,
    );
    await refusal({ subnets: [inside.id, defaultSubnets[0]!.id] }, /share one VPC/);
    assert.equal(cloud.endpoint.count('CreateSecurityGroup'), 0);
    const node = await cloud.one.launchNode(
      launch(1, {}, { vpc: inside.vpc, address: 'private' }),
      unheard,
      signal,
    );
    assert.equal(node.address, node.privateAddress);
    assert.equal(runs()[0]!.get('NetworkInterface.1.AssociatePublicIpAddress'), 'false');
  });

  it('refuses the credentials of another account than before, and what AWS refuses', async () => {
    const account = (more: object) => ({
      account: {
        source: 'keys' as const,
        keys: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: new Secret('example') },
        region: 'us-west-2',
        account: undefined,
        ...more,
      },
    });
    assert.deepEqual(await cloud.one.checkCredentials(signal), {
      summary: 'AWS account 123456789012 (arn:aws:iam::123456789012:user/deis) in us-west-2',
      pins: { account: '123456789012' },
    });
    const other = cloud.again(account({ account: '210987654321' }));
    await assert.rejects(
      other.createLayer(layerOn(cloud), signal),
      (error) =>
        error instanceof UserError &&
        /account 123456789012, but the provider is for account 210987654321/.test(error.message),
    );
    await assert.rejects(
      cloud
        .again(
          account({ keys: { accessKeyId: 'AKIABADBADBADBAD1234', secretAccessKey: new Secret('example') } }),
        )
        .checkCredentials(signal),
      (error) =>
        error instanceof UserError &&
        /InvalidClientTokenId/.test(error.message) &&
        !error.message.includes('example'),
    );
    assert.throws(
      () => cloud.again(account({ source: 'none', keys: null })).parseParams({ region: 'eu-west-1' }),
      /provider's region is us-west-2/,
    );
    await assert.rejects(
      cloud.again(account({ source: 'none', keys: null })).createLayer(layerOn(cloud), signal),
      /deis providers:discover/,
    );
  });

  it('has nothing to end where there never were credentials', async () => {
    const provider = cloud.again({
      account: { source: 'none', keys: null, region: undefined, account: undefined },
    });
    await provider.terminateNode({ uuid: 'u', cloudId: null, name: 'n', intent: null }, signal);
    await provider.destroyLayer(layerOn(cloud), signal);
    assert.deepEqual(await provider.listNodes(null, signal), []);
    assert.deepEqual(cloud.endpoint.calls, []);
  });

  it('finds in a preflight what the account may not do', async () => {
    cloud.endpoint.faults.push({ action: 'RunInstances', how: 'refuse', code: 'UnauthorizedOperation' });
    const checks = await cloud.one.preflight(
      cloud.one.parseParams({ ...ec2Params, elastic_ip: true }),
      signal,
    );
    assert.deepEqual(
      checks.filter(({ ok }) => !ok).map(({ what, detail }) => `${what}: ${detail}`),
      ['ec2:RunInstances: UnauthorizedOperation: You are not authorized to perform this operation.'],
    );
    for (const what of [
      'credentials',
      'image',
      'subnets',
      'ssh',
      'ec2:TerminateInstances',
      'ec2:ReleaseAddress',
    ])
      assert.ok(
        checks.some((check) => check.what === what),
        what,
      );
    assert.deepEqual(cloud.endpoint.state.remains, []);
  });
});
