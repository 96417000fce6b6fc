import { randomUUID } from 'node:crypto';
import { RemoteFailure, UserError } from '../../../base/errors.js';
import type { PreflightCheck } from '../../provider.js';
import type { Ec2Api } from './ec2-api.js';
import { inTime, isAwsError, isOutOfTime } from './ec2-errors.js';
import type { Ec2Params } from './ec2-params.js';

/** Ids of nothing: with DryRun, AWS judges the permission first. */
const nothing = {
  instance: 'i-00000000000000000',
  group: 'sg-00000000000000000',
  allocation: 'eipalloc-00000000000000000',
  association: 'eipassoc-00000000000000000',
};

const DryRun = true;

type DryRunCall = readonly [call: string, ask: () => Promise<unknown>];

interface CallOptions {
  readonly abortSignal: AbortSignal;
}

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
  for (const [call, ask] of calls(api, params, place, signal)) {
    if (isOutOfTime(signal)) break;
    checks.push({ what: `ec2:${call}`, ...(await outcomeOf(() => inTime('', signal, ask))) });
  }
  return checks;
}

/** One finding as a check: its text when it resolves, the reason when the user can do something about it. */
export async function asCheck(
  what: string,
  signal: AbortSignal,
  find: () => Promise<string>,
): Promise<PreflightCheck> {
  try {
    return { what, ok: true, detail: await inTime('', signal, find) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return {
      what,
      ok: false,
      detail:
        error instanceof UserError || error instanceof RemoteFailure
          ? error.message
          : `${error.name}: ${error.message}`,
    };
  }
}

function calls(api: Ec2Api, params: Ec2Params, place: PreflightPlace, signal: AbortSignal): DryRunCall[] {
  const options = { abortSignal: signal };
  return [
    ...instanceCalls(api, params, place, options),
    ...groupCalls(api, place, options),
    ...describeCalls(api, options),
    ...(params.elastic_ip ? addressCalls(api, options) : []),
  ];
}

function instanceCalls(
  { sdk, client, once }: Ec2Api,
  params: Ec2Params,
  { image, subnet }: PreflightPlace,
  options: CallOptions,
): DryRunCall[] {
  const launch = {
    ImageId: image,
    InstanceType: params.instance_type as 't3.small',
    MinCount: 1,
    MaxCount: 1,
    NetworkInterfaces: [
      { DeviceIndex: 0, SubnetId: subnet, AssociatePublicIpAddress: params.address === 'public' },
    ],
    TagSpecifications: tagged('instance'),
  };
  const InstanceIds = [nothing.instance];
  return [
    ['RunInstances', () => once.send(new sdk.RunInstancesCommand({ ...launch, DryRun }), options)],
    [
      'TerminateInstances',
      () => client.send(new sdk.TerminateInstancesCommand({ InstanceIds, DryRun }), options),
    ],
  ];
}

function groupCalls({ sdk, client }: Ec2Api, { vpc }: PreflightPlace, options: CallOptions): DryRunCall[] {
  const group = {
    GroupName: `deis-preflight-${randomUUID()}`,
    Description: 'Deis Classic: preflight',
    VpcId: vpc,
    TagSpecifications: tagged('security-group'),
  };
  const GroupId = nothing.group;
  const ssh = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '192.0.2.1/32' }] };
  const rule = { GroupId, IpPermissions: [ssh] };
  return [
    [
      'CreateSecurityGroup',
      () => client.send(new sdk.CreateSecurityGroupCommand({ ...group, DryRun }), options),
    ],
    [
      'AuthorizeSecurityGroupIngress',
      () => client.send(new sdk.AuthorizeSecurityGroupIngressCommand({ ...rule, DryRun }), options),
    ],
    [
      'RevokeSecurityGroupIngress',
      () => client.send(new sdk.RevokeSecurityGroupIngressCommand({ ...rule, DryRun }), options),
    ],
    [
      'DeleteSecurityGroup',
      () => client.send(new sdk.DeleteSecurityGroupCommand({ GroupId, DryRun }), options),
    ],
  ];
}

function describeCalls({ sdk, client }: Ec2Api, options: CallOptions): DryRunCall[] {
  return [
    ['DescribeAddresses', () => client.send(new sdk.DescribeAddressesCommand({ DryRun }), options)],
    [
      'DescribeNetworkInterfaces',
      () => client.send(new sdk.DescribeNetworkInterfacesCommand({ MaxResults: 5, DryRun }), options),
    ],
  ];
}

function addressCalls({ sdk, client, once }: Ec2Api, options: CallOptions): DryRunCall[] {
  const address = { Domain: 'vpc' as const, TagSpecifications: tagged('elastic-ip') };
  const { instance: InstanceId, allocation: AllocationId, association: AssociationId } = nothing;
  return [
    ['AllocateAddress', () => once.send(new sdk.AllocateAddressCommand({ ...address, DryRun }), options)],
    [
      'AssociateAddress',
      () => client.send(new sdk.AssociateAddressCommand({ AllocationId, InstanceId, DryRun }), options),
    ],
    [
      'DisassociateAddress',
      () => client.send(new sdk.DisassociateAddressCommand({ AssociationId, DryRun }), options),
    ],
    ['ReleaseAddress', () => client.send(new sdk.ReleaseAddressCommand({ AllocationId, DryRun }), options)],
  ];
}

function tagged(ResourceType: 'instance' | 'security-group' | 'elastic-ip') {
  return [{ ResourceType, Tags: [{ Key: 'deis:created-by', Value: 'preflight' }] }];
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
    return {
      ok: false,
      detail: error instanceof RemoteFailure ? error.message : `${error.name}: ${error.message}`,
    };
  }
}
