import { randomUUID } from 'node:crypto';
import { UserError } from '../../../cookbooks/errors.js';
import type { PreflightCheck } from '../../provider.js';
import type { Ec2Api } from './ec2-api.js';
import { isAwsError } from './ec2-errors.js';
import type { Ec2Params } from './ec2-params.js';

/** Ids of nothing: with DryRun, AWS judges the permission first. */
const nothing = {
  instance: 'i-00000000000000000',
  group: 'sg-00000000000000000',
  allocation: 'eipalloc-00000000000000000',
  association: 'eipassoc-00000000000000000',
};

/** What the launch would name. */
export interface PreflightPlace {
  readonly image: string;
  readonly subnet: string;
  readonly vpc: string;
}

/**
 * Asks every changing call of a launch and a termination with DryRun: who may not, or lacks something, learns
 * it now.
 */
export async function dryRuns(
  api: Ec2Api,
  params: Ec2Params,
  place: PreflightPlace,
  signal: AbortSignal,
): Promise<PreflightCheck[]> {
  const checks: PreflightCheck[] = [];
  for (const [call, ask] of calls(api, params, place, signal))
    checks.push({ what: `ec2:${call}`, ...(await outcomeOf(ask)) });
  return checks;
}

/** One finding as a check: its text when it resolves, the reason when the user can do something about it. */
export async function asCheck(what: string, find: () => Promise<string>): Promise<PreflightCheck> {
  try {
    return { what, ok: true, detail: await find() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return {
      what,
      ok: false,
      detail: error instanceof UserError ? error.message : `${error.name}: ${error.message}`,
    };
  }
}

function calls(
  api: Ec2Api,
  params: Ec2Params,
  { image, subnet, vpc }: PreflightPlace,
  signal: AbortSignal,
): [call: string, ask: () => Promise<unknown>][] {
  const { sdk, client } = api;
  const options = { abortSignal: signal };
  const DryRun = true;
  const IpPermissions = [
    { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '192.0.2.1/32' }] },
  ];
  const tags = (ResourceType: 'instance' | 'security-group' | 'elastic-ip') => [
    { ResourceType, Tags: [{ Key: 'deis:created-by', Value: 'preflight' }] },
  ];
  const launch = {
    ImageId: image,
    InstanceType: params.instance_type as 't3.small',
    MinCount: 1,
    MaxCount: 1,
    NetworkInterfaces: [
      { DeviceIndex: 0, SubnetId: subnet, AssociatePublicIpAddress: params.address === 'public' },
    ],
    TagSpecifications: tags('instance'),
  };
  return [
    ['RunInstances', () => api.once.send(new sdk.RunInstancesCommand({ ...launch, DryRun }), options)],
    [
      'TerminateInstances',
      () =>
        client.send(new sdk.TerminateInstancesCommand({ InstanceIds: [nothing.instance], DryRun }), options),
    ],
    [
      'CreateSecurityGroup',
      () =>
        client.send(
          new sdk.CreateSecurityGroupCommand({
            GroupName: `deis-preflight-${randomUUID()}`,
            Description: 'Deis Classic: preflight',
            VpcId: vpc,
            TagSpecifications: tags('security-group'),
            DryRun,
          }),
          options,
        ),
    ],
    [
      'AuthorizeSecurityGroupIngress',
      () =>
        client.send(
          new sdk.AuthorizeSecurityGroupIngressCommand({ GroupId: nothing.group, IpPermissions, DryRun }),
          options,
        ),
    ],
    [
      'RevokeSecurityGroupIngress',
      () =>
        client.send(
          new sdk.RevokeSecurityGroupIngressCommand({ GroupId: nothing.group, IpPermissions, DryRun }),
          options,
        ),
    ],
    [
      'DeleteSecurityGroup',
      () => client.send(new sdk.DeleteSecurityGroupCommand({ GroupId: nothing.group, DryRun }), options),
    ],
    ['DescribeAddresses', () => client.send(new sdk.DescribeAddressesCommand({ DryRun }), options)],
    [
      'DescribeNetworkInterfaces',
      () => client.send(new sdk.DescribeNetworkInterfacesCommand({ MaxResults: 5, DryRun }), options),
    ],
    ...(params.elastic_ip ? addressCalls(api, tags('elastic-ip'), options) : []),
  ];
}

function addressCalls(
  { sdk, client, once }: Ec2Api,
  TagSpecifications: {
    ResourceType: 'elastic-ip' | 'instance' | 'security-group';
    Tags: { Key: string; Value: string }[];
  }[],
  options: { abortSignal: AbortSignal },
): [string, () => Promise<unknown>][] {
  const DryRun = true;
  return [
    [
      'AllocateAddress',
      () => once.send(new sdk.AllocateAddressCommand({ Domain: 'vpc', TagSpecifications, DryRun }), options),
    ],
    [
      'AssociateAddress',
      () =>
        client.send(
          new sdk.AssociateAddressCommand({
            AllocationId: nothing.allocation,
            InstanceId: nothing.instance,
            DryRun,
          }),
          options,
        ),
    ],
    [
      'DisassociateAddress',
      () =>
        client.send(
          new sdk.DisassociateAddressCommand({ AssociationId: nothing.association, DryRun }),
          options,
        ),
    ],
    [
      'ReleaseAddress',
      () => client.send(new sdk.ReleaseAddressCommand({ AllocationId: nothing.allocation, DryRun }), options),
    ],
  ];
}

/**
 * DryRunOperation is AWS's yes. A complaint about the id of nothing comes after the permission was granted.
 */
async function outcomeOf(ask: () => Promise<unknown>): Promise<Pick<PreflightCheck, 'ok' | 'detail'>> {
  try {
    await ask();
    return { ok: true, detail: 'allowed' };
  } catch (error) {
    if (isAwsError(error, 'DryRunOperation')) return { ok: true, detail: 'allowed' };
    if (
      error instanceof Error &&
      /^Invalid(InstanceID|Group|GroupId|AllocationID|AssociationID)\.(NotFound|Malformed)$/.test(error.name)
    )
      return { ok: true, detail: 'allowed, as far as can be asked without a machine' };
    if (!(error instanceof Error)) throw error;
    return { ok: false, detail: `${error.name}: ${error.message}` };
  }
}
