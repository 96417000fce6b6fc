import assert from 'node:assert/strict';
import { UserError } from '../../cookbooks/errors.js';
import { Secret } from '../../cookbooks/secret.js';
import type { NodeLaunch, ProviderLayer } from '../../provisioner/provider.js';
import { Ec2Provider } from '../../provisioner/providers/ec2/ec2-provider.js';
import { Ec2Endpoint } from '../support/ec2-endpoint.js';

const params = { region: 'us-west-2', controller_cidr: '203.0.113.7/32' };
const layer = (kind: 'runtime' | 'proxy'): ProviderLayer => ({ formation: 'peachy-waxworks', formationId: '1', layer: kind, kind, params });
const launch = (uuid: string, userData = '#cloud-config\n'): NodeLaunch => ({ ...layer('runtime'), uuid, name: 'peachy-waxworks-runtime-1', num: 1, userData: new Secret(userData), taken: [], journal: { last: null, save: async () => undefined } });
const { signal } = new AbortController();

describe('ec2 provider on an EC2 endpoint', () => {
  let endpoint: Ec2Endpoint;
  let provider: Ec2Provider;
  const before = process.env['AWS_ENDPOINT_URL_EC2'];

  beforeEach(async () => {
    endpoint = await Ec2Endpoint.start();
    process.env['AWS_ENDPOINT_URL_EC2'] = endpoint.url;
    provider = new Ec2Provider({ instance: 'a1b2c3d4', region: 'us-west-2', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: new Secret('example') }, pollMs: 1 });
  });

  afterEach(async () => {
    if (before === undefined) delete process.env['AWS_ENDPOINT_URL_EC2'];
    else process.env['AWS_ENDPOINT_URL_EC2'] = before;
    await endpoint.stop();
  });

  it('launches one instance for one uuid, however often it is asked, and says the id before it runs', async () => {
    const ids: string[] = [];
    const first = await provider.launchNode(launch('u-1'), async (id) => void ids.push(`${id} ${endpoint.instances[0]?.state}`), signal);
    const second = await provider.launchNode(launch('u-1'), async () => undefined, signal);
    assert.equal(first.cloudId, second.cloudId);
    assert.equal(endpoint.instances.length, 1);
    assert.deepEqual(ids, [`${first.cloudId} pending`]);
    assert.deepEqual([first.address, first.privateAddress], ['198.51.100.7', '10.0.0.7']);
  });

  it('asks for IMDSv2, an encrypted volume, the newest image and tags on everything', async () => {
    await provider.launchNode(launch('u-1'), async () => undefined, signal);
    const run = endpoint.calls.find((call) => call.action === 'RunInstances')!.params;
    assert.equal(run.get('MetadataOptions.HttpTokens'), 'required');
    assert.equal(run.get('BlockDeviceMapping.1.Ebs.Encrypted'), 'true');
    assert.equal(run.get('ImageId'), 'ami-0000000002');
    assert.deepEqual([1, 2, 3].map((n) => run.get(`TagSpecification.${n}.ResourceType`)), ['instance', 'volume', 'network-interface']);
  });

  it('opens web ports on proxies alone and SSH to the controller alone', async () => {
    await provider.createLayer(layer('proxy'), signal);
    await provider.createLayer(layer('proxy'), signal);
    await provider.createLayer(layer('runtime'), signal);
    const [proxy, runtime] = endpoint.groups;
    assert.deepEqual([...proxy!.rules].sort(), ['tcp 22 22 203.0.113.7/32', 'tcp 443 443 0.0.0.0/0', 'tcp 80 80 0.0.0.0/0']);
    assert.ok([...runtime!.rules].every((rule) => !rule.includes('0.0.0.0/0')));
    assert.equal(endpoint.groups.length, 2);
  });

  it('terminates by tag when the id was lost, and again without complaint', async () => {
    await provider.launchNode(launch('u-1'), async () => undefined, signal);
    await provider.terminateNode({ uuid: 'u-1', cloudId: null, name: 'n' }, signal);
    assert.deepEqual(endpoint.instances.map((instance) => instance.state), ['terminated']);
    await provider.terminateNode({ uuid: 'u-1', cloudId: null, name: 'n' }, signal);
    await provider.terminateNode({ uuid: 'never', cloudId: 'i-0123456789abcdef0', name: 'n' }, signal);
    assert.deepEqual(await provider.listNodes('peachy-waxworks', signal), []);
  });

  it('lists the nodes of one formation', async () => {
    const { cloudId } = await provider.launchNode(launch('u-1'), async () => undefined, signal);
    assert.deepEqual((await provider.listNodes('peachy-waxworks', signal)).map((node) => [node.cloudId, node.uuid]), [[cloudId, 'u-1']]);
    assert.deepEqual(await provider.listNodes('other', signal), []);
  });

  it('removes a layer\'s group, and nothing when there is none', async () => {
    await provider.createLayer(layer('proxy'), signal);
    await provider.destroyLayer(layer('proxy'), signal);
    await provider.destroyLayer(layer('proxy'), signal);
    assert.deepEqual(endpoint.groups, []);
  });

  it('gives AWS\'s own words when a launch is refused', async () => {
    endpoint.failNext.set('RunInstances', 'VcpuLimitExceeded');
    await assert.rejects(provider.launchNode(launch('u-1'), async () => undefined, signal), /VcpuLimitExceeded/);
    assert.equal(endpoint.instances.length, 0);
  });

  it('refuses user-data above 16,384 bytes before it calls', async () => {
    await assert.rejects(provider.launchNode(launch('u-1', 'x'.repeat(17_000)), async () => undefined, signal), (error: unknown) => error instanceof UserError && error.field === 'init');
    assert.equal(endpoint.calls.some((call) => call.action === 'RunInstances'), false);
  });

  for (const [wrong, field] of [[{ controller_cidr: '1.2.3.4/32' }, 'params.region'], [{ ...params, volume_size: 1 }, 'params.volume_size'], [{ ...params, regionn: 'x' }, 'params'], [{ ...params, region: 'eu-west-1' }, 'params.region']] as const) {
    it(`refuses params ${JSON.stringify(wrong)} naming ${field}`, () => {
      assert.throws(() => provider.parseParams(wrong), (error: unknown) => error instanceof UserError && error.field === field);
    });
  }
});
