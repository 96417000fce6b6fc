import type { SecurityGroup } from '@aws-sdk/client-ec2';
import { StillHeld } from '../../../../base/errors.js';
import { isOfKind } from '../../../../cookbooks/layer-kind.js';
import type { ProviderLayer } from '../../../provider.js';
import { WaitDeadline, waitUntil } from '../../../../base/wait-until.js';
import type { Ec2Api } from '../account/ec2-api.js';
import { isAwsError } from '../account/ec2-errors.js';
import { repeatWhile } from '../launch/repeat-while.js';
import { layerTags, tagFilter, tagKeys, tagOf } from '../launch/ec2-tags.js';
import { presentRules, rulesDiff, toPermission, wantedRules, type GroupRule } from './group-rules.js';

export interface GroupClocks {
  /** Until AWS must know a group that it has just made. */
  readonly settleMs: number;
  /** AWS keeps a terminated instance's interface for minutes; the group cannot go before it. */
  readonly releaseMs: number;
  readonly pollMs: number;
}

export interface GroupRequest {
  readonly instance: string;
  readonly layer: ProviderLayer;
  readonly vpc: string;
  /** Networks that SSH is open to. */
  readonly sshFrom: readonly string[];
  readonly clocks: GroupClocks;
}

/**
 * The security group of a layer, with the rules that it must have, and with the rules of the formation's
 * other groups that speak of this one. Safe to repeat; not to be done twice at once for one formation.
 * Returns the group's id.
 */
export async function ensureGroup(api: Ec2Api, request: GroupRequest, signal: AbortSignal): Promise<string> {
  const known = (await formationGroups(api, request, signal)).find((group) => isOf(group, request.layer));
  const id = known?.GroupId ?? (await createGroup(api, request, signal));
  const groups = await waitUntil(
    async () => {
      const all = await formationGroups(api, request, signal);
      return all.some((group) => group.GroupId === id) ? all : undefined;
    },
    {
      deadlineMs: request.clocks.settleMs,
      intervalMs: request.clocks.pollMs,
      what: `AWS to know its security group ${id}`,
      signal,
    },
  );
  // That a look shows the group does not mean that a change finds it.
  const sync = (group: SecurityGroup, wanted: readonly GroupRule[]): Promise<void> =>
    repeatWhile(
      (error) => isAwsError(error, 'InvalidGroup.NotFound'),
      () => syncRules(api, group, wanted, signal),
      {
        deadlineMs: request.clocks.settleMs,
        pollMs: request.clocks.pollMs,
        what: `AWS to know ${group.GroupId}`,
        signal,
      },
    );
  for (const group of groups) {
    const kind = kindOf(group);
    // Groups of one VPC alone can speak of each other.
    const proxies = groups
      .filter((other) => isOfKind(kindOf(other), 'proxy') && other.VpcId === group.VpcId)
      .map((other) => other.GroupId!);
    if (group.GroupId === id) await sync(group, wantedRules(request.layer.kind, request.sshFrom, proxies));
    else if (isOfKind(kind, 'runtime'))
      await sync(group, [
        ...presentRules(group).filter(({ source }) => !source.startsWith('sg-')),
        ...wantedRules('runtime', [], proxies),
      ]);
  }
  return id;
}

/**
 * Removes the layer's group, when AWS has let go of terminated instances' interfaces. Success when there is
 * none. @throws RemoteFailure naming the interfaces that still hold it
 */
export async function removeGroup(
  api: Ec2Api,
  request: Pick<GroupRequest, 'instance' | 'layer' | 'clocks'>,
  signal: AbortSignal,
): Promise<void> {
  const groups = await formationGroups(api, request, signal);
  for (const { GroupId: id } of groups.filter((group) => isOf(group, request.layer))) {
    for (const group of groups)
      await syncRules(
        api,
        group,
        presentRules(group).filter((rule) => rule.source !== id),
        signal,
      );
    await deleteGroup(api, id!, request, signal);
  }
}

async function deleteGroup(
  api: Ec2Api,
  GroupId: string,
  { clocks, layer }: Pick<GroupRequest, 'clocks' | 'layer'>,
  signal: AbortSignal,
): Promise<void> {
  const attempt = async (): Promise<true | undefined> => {
    try {
      await api.client.send(new api.sdk.DeleteSecurityGroupCommand({ GroupId }), { abortSignal: signal });
      return true;
    } catch (error) {
      if (isAwsError(error, 'InvalidGroup.NotFound')) return true;
      if (isAwsError(error, 'DependencyViolation')) return undefined;
      throw error;
    }
  };
  try {
    await waitUntil(attempt, {
      deadlineMs: clocks.releaseMs,
      intervalMs: clocks.pollMs,
      what: `AWS to release security group ${GroupId}`,
      signal,
    });
  } catch (error) {
    if (!(error instanceof WaitDeadline)) throw error;
    const holders = (await interfacesOf(api, GroupId, signal)) || 'something that AWS does not name';
    throw new StillHeld(
      `AWS still holds security group ${GroupId} of layer ${layer.layer}: ${holders} still holds it. AWS lets ` +
        'go some minutes after a machine has ended: repeat the command in a minute, or remove what holds it',
      { node: layer.layer, command: 'DeleteSecurityGroup', phase: 'deadline', cause: error },
    );
  }
}

/** The network interfaces that have the group, as text: with the instance that each is attached to. */
async function interfacesOf(api: Ec2Api, GroupId: string, signal: AbortSignal): Promise<string> {
  const { NetworkInterfaces = [] } = await api.client.send(
    new api.sdk.DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'group-id', Values: [GroupId] }] }),
    { abortSignal: signal },
  );
  return NetworkInterfaces.map(({ NetworkInterfaceId, Attachment }) => {
    const instance = Attachment?.InstanceId;
    return instance === undefined ? `${NetworkInterfaceId}` : `${NetworkInterfaceId} of ${instance}`;
  }).join(', ');
}

async function createGroup(
  api: Ec2Api,
  { instance, layer, vpc }: GroupRequest,
  signal: AbortSignal,
): Promise<string> {
  const GroupName = `deis-${instance}-${layer.formation}-${layer.formationId}-${layer.layer}`;
  const TagSpecifications = [{ ResourceType: 'security-group' as const, Tags: layerTags(instance, layer) }];
  try {
    const answer = await api.client.send(
      new api.sdk.CreateSecurityGroupCommand({
        GroupName,
        Description: `Deis Classic: layer ${layer.layer} of ${layer.formation}`,
        VpcId: vpc,
        TagSpecifications,
      }),
      { abortSignal: signal },
    );
    return answer.GroupId!;
  } catch (error) {
    if (!isAwsError(error, 'InvalidGroup.Duplicate')) throw error;
    // An answer was lost, and the SDK asked again. The name holds the instance, the formation's id and the
    // layer: it is ours.
    const Filters = [
      { Name: 'group-name', Values: [GroupName] },
      { Name: 'vpc-id', Values: [vpc] },
      tagFilter(tagKeys.createdBy, instance),
    ];
    const { SecurityGroups } = await api.client.send(new api.sdk.DescribeSecurityGroupsCommand({ Filters }), {
      abortSignal: signal,
    });
    const id = SecurityGroups?.[0]?.GroupId;
    if (id === undefined) throw error;
    return id;
  }
}

export async function formationGroups(
  api: Ec2Api,
  { instance, layer }: Pick<GroupRequest, 'instance' | 'layer'>,
  signal: AbortSignal,
): Promise<SecurityGroup[]> {
  const Filters = [
    tagFilter(tagKeys.createdBy, instance),
    tagFilter(tagKeys.formation, layer.formation),
    tagFilter(tagKeys.formationId, layer.formationId),
  ];
  const { SecurityGroups = [] } = await api.client.send(
    new api.sdk.DescribeSecurityGroupsCommand({ Filters }),
    { abortSignal: signal },
  );
  return SecurityGroups;
}

/** As its tag says; one of an unknown kind is opened for nobody. */
function kindOf(group: SecurityGroup): ProviderLayer['kind'] {
  return (tagOf(group, tagKeys.kind) ?? 'custom') as ProviderLayer['kind'];
}

export function isOf(group: SecurityGroup, layer: ProviderLayer): boolean {
  return tagOf(group, tagKeys.layer) === layer.layer;
}

export async function syncRules(
  api: Ec2Api,
  group: SecurityGroup,
  wanted: readonly GroupRule[],
  signal: AbortSignal,
  mark?: string,
): Promise<void> {
  const { add, remove } = rulesDiff(presentRules(group, mark), wanted);
  const GroupId = group.GroupId!;
  for (const rule of add) {
    await unless('InvalidPermission.Duplicate', () =>
      api.client.send(
        new api.sdk.AuthorizeSecurityGroupIngressCommand({
          GroupId,
          IpPermissions: [toPermission(rule, mark)],
        }),
        { abortSignal: signal },
      ),
    );
  }
  for (const rule of remove) {
    await unless('InvalidPermission.NotFound', () =>
      api.client.send(
        new api.sdk.RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: [toPermission(rule, mark)] }),
        { abortSignal: signal },
      ),
    );
  }
}

async function unless(done: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!isAwsError(error, done)) throw error;
  }
}
