import assert from 'node:assert/strict';
import type { PreflightCheck } from '../../provisioner/provider.js';
import { ec2Cloud, ec2Params, launchOn, layerOn, type Ec2Cloud } from '../support/ec2/provider-clouds.js';

const { signal } = new AbortController();

describe('the preflight of ec2', function () {
  this.timeout(30_000);
  let cloud: Ec2Cloud;

  beforeEach(async () => (cloud = await ec2Cloud()));
  afterEach(() => cloud.remove());

  const preflight = (params: Record<string, unknown> = {}): Promise<PreflightCheck[]> =>
    cloud.one.preflight(cloud.one.parseParams({ ...ec2Params, ...params }), signal);
  const refused = (checks: readonly PreflightCheck[]): string[] =>
    checks.filter(({ ok }) => !ok).map(({ what, detail }) => `${what}: ${detail}`);
  const runs = (): Record<string, string>[] =>
    cloud.endpoint.calls
      .filter(({ action }) => action === 'RunInstances')
      .map(({ params: run }) => Object.fromEntries(run));

  it('tries the very call of a launch, in every zone, then of every type', async () => {
    const params = { volume_size: 30, instance_profile: 'app', fallback_types: ['t3a.small'] };
    await preflight(params);
    const tried = runs();
    await cloud.one.launchNode(
      launchOn(layerOn({ params: { ...ec2Params, ...params } }), 1),
      async () => undefined,
      signal,
    );
    const launched = runs().at(-1)!;
    // What only the launch knows: its token, its user-data, its names, and the layer's group.
    const comparable = (run: Record<string, string>): Record<string, string> =>
      Object.fromEntries(
        Object.entries(run).filter(
          ([name]) =>
            !/^(DryRun|ClientToken|UserData|.*\.Tag\.\d+\.Value|.*\.SecurityGroupId\.1)$/.test(name),
        ),
      );
    assert.deepEqual(comparable(tried[0]!), comparable(launched));
    const zones = cloud.endpoint.state.subnets.filter(({ isDefault }) => isDefault).length;
    assert.deepEqual(
      tried.map((run) => run['InstanceType']),
      [...Array<string>(zones).fill('t3.small'), 't3a.small'],
    );
    assert.equal(new Set(tried.slice(0, zones).map((run) => run['NetworkInterface.1.SubnetId'])).size, zones);
    assert.ok(tried.every((run) => run['DryRun'] === 'true'));
    assert.equal(cloud.endpoint.state.alive.length, 1);
  });

  it('does not take the complaint about a group of the flavor for a yes', async () => {
    const [first] = refused(await preflight({ security_groups: ['sg-0123456789abcdef0'] }));
    assert.match(first ?? '', /^ec2:RunInstances: InvalidGroup\.NotFound/);
  });

  for (const action of ['DescribeInstances', 'DescribeSecurityGroups'])
    it(`says no where ${action} is not allowed: a machine could be neither seen nor ended`, async () => {
      cloud.endpoint.faults.push({ action, how: 'refuse', code: 'UnauthorizedOperation', times: 9 });
      assert.match(refused(await preflight()).join(), new RegExp(`^ec2:${action}: UnauthorizedOperation`));
    });

  it('asks nothing more with credentials that AWS refuses', async () => {
    cloud.endpoint.faults.push({ action: 'GetCallerIdentity', how: 'refuse', code: 'InvalidClientTokenId' });
    assert.deepEqual(
      (await preflight()).map(({ what, ok }) => [what, ok]),
      [['credentials', false]],
    );
  });

  for (const code of ['ThrottlingException', 'ValidationException'])
    it(`finds an official image by owner and name when SSM says ${code}`, async () => {
      cloud.endpoint.ssmRefusal = code;
      const image = (await preflight()).find(({ what }) => what === 'image')!;
      assert.ok(image.ok, image.detail);
    });

  it("tells processors that are not the controller's apart from the image, which it names all the same", async () => {
    const [other, instance_type] = process.arch === 'arm64' ? ['amd64', 't3.small'] : ['arm64', 't4g.small'];
    const checks = await preflight({ instance_type });
    const [first, ...more] = refused(checks);
    assert.match(first!, new RegExp(`^processors: .*\\(${other}\\), but this controller builds`));
    assert.deepEqual(more, []);
    assert.match(checks.find(({ what }) => what === 'image')!.detail, new RegExp(other));
  });

  it('asks for rights though the subnets are wrong, and names the image and its owner', async () => {
    const checks = await preflight({ subnets: ['subnet-00000000'] });
    assert.ok(!checks.find(({ what }) => what === 'subnets')!.ok);
    assert.ok(checks.some(({ what, ok }) => what === 'ec2:TerminateInstances' && ok));
    assert.match(
      checks.find(({ what }) => what === 'image')!.detail,
      /^ami-\w+ \(debian-12-\S+, of \d{12}\)$/,
    );
  });
});
