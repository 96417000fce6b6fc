import { randomUUID } from 'node:crypto';
import { Secret } from '../../../base/secret.js';
import type { NodeLaunch } from '../../provider.js';
import type { TokenBucket } from '../../token-bucket.js';
import type { Ec2Api } from './account/ec2-api.js';
import type { Ec2Params } from './ec2-params.js';
import type { ResolvedImage } from './launch/ec2-image.js';
import { intentOf } from './launch/launch-intent.js';
import { runInstancesInput } from './launch/run-instances-input.js';
import type { NodeVpc } from './network/ec2-network.js';

/** Ids of nothing: with DryRun, AWS judges the permission first. */
const nothing = {
  instance: 'i-00000000000000000',
  group: 'sg-00000000000000000',
  allocation: 'eipalloc-00000000000000000',
  association: 'eipassoc-00000000000000000',
};

const DryRun = true;
const turnMs = 30_000;

/** A call that AWS judges and does not carry out. */
export interface DryRunCall {
  /** `RunInstances`, and what of it where there are several. */
  readonly what: string;
  readonly ask: () => Promise<unknown>;
  /** It names ids of nothing: AWS's complaint about them comes after the permission was granted. */
  readonly isOfNothing?: boolean;
}

/** RunInstances of other types and zones than the first is tried for so many. */
const maxLaunches = 12;

interface CallOptions {
  readonly abortSignal: AbortSignal;
}

/** What a launch would name. */
export interface PreflightRequest {
  /** Instance id of the controller. */
  readonly instance: string;
  readonly params: Ec2Params;
  /** Absent where none was found: no launch is tried then. */
  readonly image: ResolvedImage | undefined;
  readonly network: NodeVpc | undefined;
  /** The pace of RunInstances. */
  readonly bucket: TokenBucket;
}

/** Every changing call of a launch and a termination, and every look that they need, in the order of the checks. */
export function dryRunCalls(api: Ec2Api, request: PreflightRequest, signal: AbortSignal): DryRunCall[] {
  const options = { abortSignal: signal };
  return [
    ...launchCalls(api, request, signal),
    ...groupCalls(api, request.network?.vpc, options),
    ...describeCalls(api, options),
    ...(request.params.elastic_ip ? addressCalls(api, options) : []),
  ];
}

/** The first type in each zone, then the others in the first: as a launch would go through them. */
function launchCalls(api: Ec2Api, request: PreflightRequest, signal: AbortSignal): DryRunCall[] {
  const { instance, params, image, network, bucket } = request;
  if (image === undefined || network === undefined) return [];
  const { sdk, once } = api;
  const launch = launchOfNothing(params);
  const choices = [
    ...network.subnets.map((subnet) => ({ type: params.instance_type, subnet })),
    ...params.fallback_types.map((type) => ({ type, subnet: network.subnets[0]! })),
  ];
  return choices.slice(0, maxLaunches).map(({ type, subnet }, index) => {
    const intent = intentOf({ num: 1, types: [type], subnets: [subnet], image }, 0);
    const input = runInstancesInput(launch, intent, { instance, groupIds: params.security_groups, params });
    return {
      what: index === 0 ? 'RunInstances' : `RunInstances ${type} in ${subnet.zone}`,
      ask: () =>
        bucket.run(
          () => once.send(new sdk.RunInstancesCommand({ ...input, DryRun }), { abortSignal: signal }),
          { signal, deadlineMs: turnMs, what: 'a turn to try a launch' },
        ),
    };
  });
}

function launchOfNothing(params: Ec2Params): NodeLaunch {
  return {
    formation: 'preflight',
    formationId: '0',
    layer: 'preflight',
    kind: 'runtime',
    params: { ...params },
    uuid: randomUUID(),
    name: 'preflight-runtime-1',
    num: 1,
    userData: new Secret('#cloud-config\n'),
    taken: [],
    journal: { last: null, save: () => Promise.resolve() },
  };
}

function groupCalls({ sdk, client }: Ec2Api, vpc: string | undefined, options: CallOptions): DryRunCall[] {
  const group = {
    GroupName: `deis-preflight-${randomUUID()}`,
    Description: 'Deis Classic: preflight',
    VpcId: vpc,
    TagSpecifications: tagged('security-group'),
  };
  const GroupId = nothing.group;
  const ssh = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '192.0.2.1/32' }] };
  const rule = { GroupId, IpPermissions: [ssh], DryRun };
  const isOfNothing = true;
  return [
    {
      what: 'CreateSecurityGroup',
      ask: () => client.send(new sdk.CreateSecurityGroupCommand({ ...group, DryRun }), options),
    },
    {
      what: 'AuthorizeSecurityGroupIngress',
      ask: () => client.send(new sdk.AuthorizeSecurityGroupIngressCommand(rule), options),
      isOfNothing,
    },
    {
      what: 'RevokeSecurityGroupIngress',
      ask: () => client.send(new sdk.RevokeSecurityGroupIngressCommand(rule), options),
      isOfNothing,
    },
    {
      what: 'DeleteSecurityGroup',
      ask: () => client.send(new sdk.DeleteSecurityGroupCommand({ GroupId, DryRun }), options),
      isOfNothing,
    },
    {
      what: 'TerminateInstances',
      ask: () =>
        client.send(new sdk.TerminateInstancesCommand({ InstanceIds: [nothing.instance], DryRun }), options),
      isOfNothing,
    },
  ];
}

/** Without these a machine could be launched, and neither be seen nor ended. */
function describeCalls({ sdk, client }: Ec2Api, options: CallOptions): DryRunCall[] {
  return [
    {
      what: 'DescribeInstances',
      ask: () => client.send(new sdk.DescribeInstancesCommand({ MaxResults: 5, DryRun }), options),
    },
    {
      what: 'DescribeSecurityGroups',
      ask: () => client.send(new sdk.DescribeSecurityGroupsCommand({ MaxResults: 5, DryRun }), options),
    },
    {
      what: 'DescribeAddresses',
      ask: () => client.send(new sdk.DescribeAddressesCommand({ DryRun }), options),
    },
    {
      what: 'DescribeNetworkInterfaces',
      ask: () => client.send(new sdk.DescribeNetworkInterfacesCommand({ MaxResults: 5, DryRun }), options),
    },
  ];
}

function addressCalls({ sdk, client, once }: Ec2Api, options: CallOptions): DryRunCall[] {
  const address = { Domain: 'vpc' as const, TagSpecifications: tagged('elastic-ip') };
  const { instance: InstanceId, allocation: AllocationId, association: AssociationId } = nothing;
  const isOfNothing = true;
  return [
    {
      what: 'AllocateAddress',
      ask: () => once.send(new sdk.AllocateAddressCommand({ ...address, DryRun }), options),
    },
    {
      what: 'AssociateAddress',
      ask: () => client.send(new sdk.AssociateAddressCommand({ AllocationId, InstanceId, DryRun }), options),
      isOfNothing,
    },
    {
      what: 'DisassociateAddress',
      ask: () => client.send(new sdk.DisassociateAddressCommand({ AssociationId, DryRun }), options),
      isOfNothing,
    },
    {
      what: 'ReleaseAddress',
      ask: () => client.send(new sdk.ReleaseAddressCommand({ AllocationId, DryRun }), options),
      isOfNothing,
    },
  ];
}

function tagged(ResourceType: 'security-group' | 'elastic-ip') {
  return [{ ResourceType, Tags: [{ Key: 'deis:created-by', Value: 'preflight' }] }];
}
