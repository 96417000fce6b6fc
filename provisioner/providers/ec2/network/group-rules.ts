import { isIPv4 } from 'node:net';
import type { IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';
import { containerPorts } from '../../../../cookbooks/container-ports.js';
import { isOfKind } from '../../../../cookbooks/layer-kind.js';
import type { LayerOpenings, ProviderLayer } from '../../../provider.js';

/** One hole in a security group: TCP ports, open to one network or to the members of one group. */
export interface GroupRule {
  readonly from: number;
  readonly to: number;
  readonly source: string;
}

/** Marks rules as ours: what an operator added to a group stays. */
const description = 'deis-classic';
/** Marks those that let in others than the formation: they come and go by themselves. */
export const openedDescription = 'deis-classic-opened';
const everybody = '0.0.0.0/0';
const { first: from, last: to } = containerPorts;

/**
 * What a layer's nodes may be reached at: SSH from the controller, containers from the formation's proxies,
 * the web from everybody on proxies.
 */
export function wantedRules(
  kind: ProviderLayer['kind'],
  sshFrom: readonly string[],
  proxyGroups: readonly string[],
): GroupRule[] {
  const ssh = sshFrom.map((source) => ({ from: 22, to: 22, source }));
  const site = [80, 443].map((port) => ({ from: port, to: port, source: everybody }));
  const containers = proxyGroups.map((source) => ({ from, to, source }));
  return [...ssh, ...(isOfKind(kind, 'proxy') ? site : []), ...(isOfKind(kind, 'runtime') ? containers : [])];
}

/** The rules of ours that a group has. */
export function presentRules(group: SecurityGroup, mark: string = description): GroupRule[] {
  return (group.IpPermissions ?? []).flatMap((permission) => {
    const networks = (permission.IpRanges ?? [])
      .filter((each) => each.Description === mark)
      .map((each) => each.CidrIp);
    const groups = (permission.UserIdGroupPairs ?? [])
      .filter((each) => each.Description === mark)
      .map((each) => each.GroupId);
    return [...networks, ...groups]
      .filter((source) => source !== undefined)
      .map((source) => ({ from: permission.FromPort ?? -1, to: permission.ToPort ?? -1, source }));
  });
}

/** What must be added and what taken away. */
export function rulesDiff(
  present: readonly GroupRule[],
  wanted: readonly GroupRule[],
): { readonly add: GroupRule[]; readonly remove: GroupRule[] } {
  const key = ({ from, to, source }: GroupRule): string => `${from}-${to} ${source}`;
  const [has, wants] = [new Set(present.map(key)), new Set(wanted.map(key))];
  return {
    add: wanted.filter((rule) => !has.has(key(rule))),
    remove: present.filter((rule) => !wants.has(key(rule))),
  };
}

/** The rule as EC2 takes it. */
export function toPermission({ from, to, source }: GroupRule, mark: string = description): IpPermission {
  const whom = source.startsWith('sg-')
    ? { UserIdGroupPairs: [{ GroupId: source, Description: mark }] }
    : { IpRanges: [{ CidrIp: source, Description: mark }] };
  return { IpProtocol: 'tcp', FromPort: from, ToPort: to, ...whom };
}

/** Rules of what is to be open to others; networks of IPv6 have none, as proxies do not listen there. */
export function openedRules({ openings }: LayerOpenings): GroupRule[] {
  return openings.flatMap(({ port, from: sources }) =>
    sources
      .filter((source) => isIPv4(source.split('/')[0]!))
      .map((source) => ({ from: port, to: port, source: source.includes('/') ? source : `${source}/32` })),
  );
}
