import type { IpPermission } from '@aws-sdk/client-ec2';
import { waitUntil } from '../../wait-until.js';
import type { ProviderLayer } from '../../provider.js';
import { isAwsError, type Ec2Api } from './ec2-api.js';
import type { Ec2Params } from './ec2-params.js';
import { layerTags } from './run-instances-input.js';

/** AWS keeps a terminated instance's interface for minutes; the group cannot go before it. */
const groupReleaseMs = 300_000;

/**
 * The security group of a layer: SSH from the controller, web ports of proxies to the world, and the other
 * ports to addresses of the VPC's network through the nodes' own firewall. Safe to repeat. Returns the group's id.
 */
export async function ensureGroup(api: Ec2Api, instance: string, layer: ProviderLayer, params: Ec2Params, signal: AbortSignal): Promise<string> {
  const found = await findGroup(api, instance, layer, signal);
  const id = found ?? (await createGroup(api, instance, layer, params, signal));
  for (const permission of permissions(layer, params, id)) await allow(api, id, permission, signal);
  return id;
}

/** The id of the layer's group, or undefined. Found by tags, never by name alone. */
export async function findGroup(api: Ec2Api, instance: string, layer: ProviderLayer, signal: AbortSignal): Promise<string | undefined> {
  const Filters = layerTags(instance, layer).map((tag) => ({ Name: `tag:${tag.Key}`, Values: [tag.Value!] }));
  const answer = await api.client.send(new api.sdk.DescribeSecurityGroupsCommand({ Filters }), { abortSignal: signal });
  return answer.SecurityGroups?.[0]?.GroupId;
}

/** Removes the group, waiting until AWS has let go of terminated instances' interfaces. Success when there is none. */
export async function removeGroup(api: Ec2Api, groupId: string, signal: AbortSignal): Promise<void> {
  const attempt = async (): Promise<true | undefined> => {
    try {
      await api.client.send(new api.sdk.DeleteSecurityGroupCommand({ GroupId: groupId }), { abortSignal: signal });
      return true;
    } catch (error) {
      if (isAwsError(error, 'InvalidGroup.NotFound')) return true;
      if (isAwsError(error, 'DependencyViolation')) return undefined;
      throw error;
    }
  };
  await waitUntil(attempt, { deadlineMs: groupReleaseMs, intervalMs: 5_000, what: `AWS to release security group ${groupId}`, signal });
}

async function createGroup(api: Ec2Api, instance: string, layer: ProviderLayer, params: Ec2Params, signal: AbortSignal): Promise<string> {
  const answer = await api.client.send(
    new api.sdk.CreateSecurityGroupCommand({
      GroupName: `deis-${instance}-${layer.formation}-${layer.layer}`,
      Description: `Deis Classic: layer ${layer.layer} of ${layer.formation}`,
      ...(params.vpc === undefined ? {} : { VpcId: params.vpc }),
      TagSpecifications: [{ ResourceType: 'security-group', Tags: layerTags(instance, layer) }],
    }),
    { abortSignal: signal },
  );
  return answer.GroupId!;
}

function permissions(layer: ProviderLayer, params: Ec2Params, groupId: string): IpPermission[] {
  const tcp = (port: number, range: string): IpPermission => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp: range }] });
  const ssh = tcp(22, params.controller_cidr);
  const inside: IpPermission = { IpProtocol: 'tcp', FromPort: 5000, ToPort: 9999, UserIdGroupPairs: [{ GroupId: groupId }] };
  const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
  const containers: IpPermission = { IpProtocol: 'tcp', FromPort: 5000, ToPort: 9999, IpRanges: privateRanges.map((CidrIp) => ({ CidrIp })) };
  if (layer.kind === 'proxy') return [ssh, tcp(80, '0.0.0.0/0'), tcp(443, '0.0.0.0/0')];
  return layer.kind === 'runtime' ? [ssh, containers] : [ssh, inside];
}

async function allow(api: Ec2Api, groupId: string, permission: IpPermission, signal: AbortSignal): Promise<void> {
  try {
    await api.client.send(new api.sdk.AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions: [permission] }), { abortSignal: signal });
  } catch (error) {
    if (!isAwsError(error, 'InvalidPermission.Duplicate')) throw error;
  }
}
