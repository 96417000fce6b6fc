import type { CloudState, EndpointGroup } from './cloud-state.js';
import { passes, tagSet, type Query } from './query.js';
import { Refusal } from './refusal.js';
import type { Xml } from './xml.js';

export function describeSecurityGroups(state: CloudState, query: Query): Xml {
  const found = state.groups.filter((group) =>
    passes(query.filters, group.tags, { 'group-name': group.name, 'vpc-id': group.vpc }),
  );
  return {
    securityGroupInfo: found.map((group) => ({
      groupId: group.id,
      groupName: group.name,
      vpcId: group.vpc,
      tagSet: tagSet(group.tags),
      ipPermissions: [...group.rules].map(ruleXml),
    })),
  };
}

export function createSecurityGroup(state: CloudState, query: Query): Xml {
  const [name, vpc] = [
    query.get('GroupName') ?? '',
    query.get('VpcId') ?? state.subnets.find(({ isDefault }) => isDefault)?.vpc,
  ];
  if (vpc === undefined) throw new Refusal('VPCIdNotSpecified');
  if (state.groups.some((group) => group.name === name && group.vpc === vpc))
    throw new Refusal('InvalidGroup.Duplicate', name);
  if (query.is('DryRun')) throw new Refusal('DryRunOperation');
  const group: EndpointGroup = {
    id: state.newId('sg'),
    name,
    vpc,
    tags: query.tagsFor('security-group'),
    rules: new Set(),
  };
  state.groups.push(group);
  return { groupId: group.id };
}

export function authorizeIngress(state: CloudState, query: Query): Xml {
  const group = groupOf(state, query);
  for (const rule of rulesOf(query)) {
    if (group.rules.has(rule)) throw new Refusal('InvalidPermission.Duplicate', rule);
    const [, , , source = ''] = rule.split(' ');
    if (source.startsWith('sg-') && !state.groups.some(({ id }) => id === source))
      throw new Refusal('InvalidGroup.NotFound', source);
    if (query.is('DryRun')) throw new Refusal('DryRunOperation');
    group.rules.add(rule);
  }
  return { return: true };
}

export function revokeIngress(state: CloudState, query: Query): Xml {
  const group = groupOf(state, query);
  for (const rule of rulesOf(query))
    if (!group.rules.delete(rule)) throw new Refusal('InvalidPermission.NotFound', rule);
  return { return: true };
}

/** Refused while an interface is in the group, or a rule of another group speaks of it. */
export function deleteSecurityGroup(state: CloudState, query: Query): Xml {
  const group = groupOf(state, query);
  const holders = state.instances.filter(
    (instance) => instance.hasInterface && instance.groups.includes(group.id),
  );
  const ended = holders.filter(({ state: now }) => now === 'terminated');
  if (holders.length > 0 && ended.length === holders.length && state.heldFor-- <= 0)
    for (const instance of ended) instance.hasInterface = false;
  const isNamed = state.groups.some(
    (other) => other !== group && [...other.rules].some((rule) => rule.includes(` ${group.id} `)),
  );
  if (isNamed || holders.some(({ hasInterface }) => hasInterface))
    throw new Refusal('DependencyViolation', group.id);
  if (query.is('DryRun')) throw new Refusal('DryRunOperation');
  state.groups.splice(state.groups.indexOf(group), 1);
  return { return: true };
}

function groupOf(state: CloudState, query: Query): EndpointGroup {
  const group = state.groups.find(({ id }) => id === query.get('GroupId'));
  if (group === undefined) throw new Refusal('InvalidGroup.NotFound', query.get('GroupId'));
  return group;
}

function rulesOf(query: Query): string[] {
  return query.members('IpPermissions').flatMap((permission) => {
    const sources = [
      ...permission.members('IpRanges').map((each) => [each.get('CidrIp'), each.get('Description')]),
      ...permission.members('Groups').map((each) => [each.get('GroupId'), each.get('Description')]),
    ];
    return sources.map(([source, description]) =>
      [
        permission.get('IpProtocol'),
        permission.get('FromPort'),
        permission.get('ToPort'),
        source,
        description,
      ].join(' '),
    );
  });
}

function ruleXml(rule: string): Xml {
  const [ipProtocol, fromPort, toPort, source = '', description = ''] = rule.split(' ');
  return {
    ipProtocol,
    fromPort,
    toPort,
    ...(source.startsWith('sg-')
      ? { groups: [{ groupId: source, description }] }
      : { ipRanges: [{ cidrIp: source, description }] }),
  };
}
