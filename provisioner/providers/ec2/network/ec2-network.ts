import type { RouteTable, Subnet } from '@aws-sdk/client-ec2';
import { UserError } from '../../../../base/errors.js';
import type { Ec2Api } from '../account/ec2-api.js';
import { isAwsError } from '../account/ec2-errors.js';
import type { Ec2Params } from '../ec2-params.js';

export interface NodeSubnet {
  readonly id: string;
  readonly zone: string;
}

export interface NodeVpc {
  readonly vpc: string;
  /** At least one; by zone, so that neighbours in the list lie in different ones. */
  readonly subnets: readonly NodeSubnet[];
}

/**
 * Where a flavor's nodes go. @throws UserError when there is no such place, or nodes there could not be
 * reached
 */
export async function resolveNetwork(api: Ec2Api, params: Ec2Params, signal: AbortSignal): Promise<NodeVpc> {
  const subnets = await findSubnets(api, params, signal);
  const [first] = subnets;
  if (first?.VpcId === undefined)
    throw new UserError(noSubnets(api, params), {
      field: params.vpc === undefined ? 'params.vpc' : 'params.subnets',
    });
  const other = subnets.find(
    (subnet) => subnet.VpcId !== first.VpcId || (params.vpc !== undefined && subnet.VpcId !== params.vpc),
  );
  if (other !== undefined)
    throw new UserError(
      `params.subnets: ${other.SubnetId} lies in ${other.VpcId}, not in ${params.vpc ?? first.VpcId}: ` +
        'nodes of a layer share one VPC',
      { field: 'params.subnets' },
    );
  if (params.address === 'public') await requireWayOut(api, first.VpcId, subnets, signal);
  const byZone = subnets
    .map((subnet) => ({ id: subnet.SubnetId!, zone: subnet.AvailabilityZone ?? '' }))
    .sort((a, b) => a.zone.localeCompare(b.zone) || a.id.localeCompare(b.id));
  return { vpc: first.VpcId, subnets: interleaved(byZone) };
}

async function findSubnets(api: Ec2Api, params: Ec2Params, signal: AbortSignal): Promise<Subnet[]> {
  const command =
    params.subnets !== undefined
      ? { SubnetIds: [...params.subnets] }
      : {
          Filters:
            params.vpc !== undefined
              ? [{ Name: 'vpc-id', Values: [params.vpc] }]
              : [{ Name: 'default-for-az', Values: ['true'] }],
        };
  try {
    return (
      (await api.client.send(new api.sdk.DescribeSubnetsCommand(command), { abortSignal: signal })).Subnets ??
      []
    );
  } catch (error) {
    if (!isAwsError(error, 'InvalidSubnetID.NotFound', 'InvalidSubnetId.Malformed')) throw error;
    throw new UserError(`params.subnets is ${JSON.stringify(params.subnets)}: ${(error as Error).message}`, {
      field: 'params.subnets',
      cause: error,
    });
  }
}

function noSubnets(api: Ec2Api, params: Ec2Params): string {
  if (params.vpc === undefined)
    return `${api.region} has no default VPC in this account: name vpc, or subnets, in the flavor's params`;
  return `params.vpc is "${params.vpc}": it has no subnets in ${api.region}, or there is no such VPC`;
}

/**
 * A public address is of no use without a route to an internet gateway: said now, instead of waiting for SSH
 * until the deadline.
 */
async function requireWayOut(
  api: Ec2Api,
  vpc: string,
  subnets: readonly Subnet[],
  signal: AbortSignal,
): Promise<void> {
  const { RouteTables = [] } = await api.client.send(
    new api.sdk.DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [vpc] }] }),
    { abortSignal: signal },
  );
  const main = RouteTables.find((table) => table.Associations?.some((each) => each.Main === true));
  for (const { SubnetId } of subnets) {
    const table =
      RouteTables.find((each) =>
        each.Associations?.some((association) => association.SubnetId === SubnetId),
      ) ?? main;
    if (table !== undefined && leadsOut(table)) continue;
    throw new UserError(
      `${SubnetId} has no route to an internet gateway (route table ${table?.RouteTableId ?? 'none'}): ` +
        'nodes there would have no public address that answers. Add the route, name other subnets, or ' +
        `set address: private in the flavor's params`,
      { field: 'params.subnets' },
    );
  }
}

function leadsOut(table: RouteTable): boolean {
  return (table.Routes ?? []).some(
    (route) =>
      route.DestinationCidrBlock === '0.0.0.0/0' &&
      route.GatewayId?.startsWith('igw-') === true &&
      route.State !== 'blackhole',
  );
}

/** The first of each zone, then the second of each. */
function interleaved(subnets: readonly NodeSubnet[]): NodeSubnet[] {
  const rank = new Map<string, number>();
  const ranked = subnets.map((subnet) => {
    const nth = rank.get(subnet.zone) ?? 0;
    rank.set(subnet.zone, nth + 1);
    return { subnet, nth };
  });
  return ranked
    .sort((a, b) => a.nth - b.nth || a.subnet.zone.localeCompare(b.subnet.zone))
    .map(({ subnet }) => subnet);
}
