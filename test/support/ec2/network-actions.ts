import type { CloudState } from './cloud-state.js';
import { passes, tagSet, type Query } from './query.js';
import { Refusal } from './refusal.js';
import type { Xml } from './xml.js';

const debian = '136693071363';
const none = new Map<string, string>();

/** Official images, an older one, one for other processors, and one of a stranger. */
export const endpointImages = [
  {
    id: 'ami-00000000000000001',
    name: 'debian-12-amd64-20260101-1',
    owner: debian,
    architecture: 'x86_64',
    created: '2026-01-01T00:00:00.000Z',
  },
  {
    id: 'ami-00000000000000002',
    name: 'debian-12-amd64-20260601-1',
    owner: debian,
    architecture: 'x86_64',
    created: '2026-06-01T00:00:00.000Z',
  },
  {
    id: 'ami-00000000000000003',
    name: 'debian-12-arm64-20260601-1',
    owner: debian,
    architecture: 'arm64',
    created: '2026-06-01T00:00:00.000Z',
  },
  {
    id: 'ami-00000000000000666',
    name: 'debian-12-amd64-20991231-1',
    owner: '666666666666',
    architecture: 'x86_64',
    created: '2099-12-31T00:00:00.000Z',
  },
] as const;

export function describeImages(_state: CloudState, query: Query): Xml {
  const [ids, owners, [pattern = '*']] = [
    query.list('ImageId'),
    query.list('Owner'),
    query.filters.get('name') ?? [],
  ];
  const strange = ids.find((id) => !endpointImages.some((image) => image.id === id));
  if (strange !== undefined) throw new Refusal('InvalidAMIID.NotFound', strange);
  const named = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
  const found = endpointImages.filter(
    (image) =>
      (ids.length === 0 || ids.includes(image.id)) &&
      (owners.length === 0 || owners.includes(image.owner)) &&
      named.test(image.name),
  );
  return {
    imagesSet: found.map((image) => ({
      imageId: image.id,
      name: image.name,
      imageOwnerId: image.owner,
      architecture: image.architecture,
      creationDate: image.created,
      imageState: 'available',
      rootDeviceName: '/dev/xvda',
    })),
  };
}

export function describeSubnets(state: CloudState, query: Query): Xml {
  const ids = query.list('SubnetId');
  const strange = ids.find((id) => !state.subnets.some((subnet) => subnet.id === id));
  if (strange !== undefined) throw new Refusal('InvalidSubnetID.NotFound', strange);
  const found = state.subnets.filter(
    (subnet) =>
      (ids.length === 0 || ids.includes(subnet.id)) &&
      passes(query.filters, none, { 'vpc-id': subnet.vpc, 'default-for-az': String(subnet.isDefault) }),
  );
  return {
    subnetSet: found.map((subnet) => ({
      subnetId: subnet.id,
      vpcId: subnet.vpc,
      availabilityZone: subnet.zone,
      mapPublicIpOnLaunch: true,
    })),
  };
}

export function describeRouteTables(state: CloudState, query: Query): Xml {
  const found = state.subnets.filter((subnet) => passes(query.filters, none, { 'vpc-id': subnet.vpc }));
  return {
    routeTableSet: found.map((subnet) => ({
      routeTableId: subnet.id.replace('subnet', 'rtb'),
      vpcId: subnet.vpc,
      associationSet: [{ subnetId: subnet.id, main: false }],
      routeSet: [
        { destinationCidrBlock: '172.31.0.0/16', gatewayId: 'local', state: 'active' },
        ...(subnet.gateway === undefined
          ? []
          : [{ destinationCidrBlock: '0.0.0.0/0', gatewayId: subnet.gateway, state: 'active' }]),
      ],
    })),
  };
}

export function describeNetworkInterfaces(state: CloudState, query: Query): Xml {
  if (query.is('DryRun')) throw new Refusal('DryRunOperation');
  const found = state.instances.filter(
    (instance) =>
      instance.hasInterface && passes(query.filters, instance.tags, { 'group-id': instance.groups }),
  );
  return {
    networkInterfaceSet: found.map(({ id }) => ({
      networkInterfaceId: id.replace('i-', 'eni-'),
      attachment: { instanceId: id },
    })),
  };
}

export function describeAddresses(state: CloudState, query: Query): Xml {
  if (query.is('DryRun')) throw new Refusal('DryRunOperation');
  const found = state.addresses.filter((each) => passes(query.filters, each.tags, {}));
  return {
    addressesSet: found.map((each) => ({
      publicIp: each.address,
      allocationId: each.allocation,
      domain: 'vpc',
      tagSet: tagSet(each.tags),
      ...(each.instance === undefined
        ? {}
        : { instanceId: each.instance, associationId: each.allocation.replace('alloc', 'assoc') }),
    })),
  };
}

export function allocateAddress(state: CloudState, query: Query): Xml {
  if (query.is('DryRun')) throw new Refusal('DryRunOperation');
  const made = {
    allocation: state.newId('eipalloc'),
    address: `198.51.100.${state.addresses.length + 10}`,
    tags: query.tagsFor('elastic-ip'),
    instance: undefined,
  };
  state.addresses.push(made);
  return { publicIp: made.address, allocationId: made.allocation, domain: 'vpc' };
}

export function associateAddress(state: CloudState, query: Query): Xml {
  const found = state.addresses.find(({ allocation }) => allocation === query.get('AllocationId'));
  if (found === undefined) throw new Refusal('InvalidAllocationID.NotFound', query.get('AllocationId'));
  found.instance = query.get('InstanceId');
  return { return: true, associationId: found.allocation.replace('alloc', 'assoc') };
}

export function disassociateAddress(state: CloudState, query: Query): Xml {
  const found = state.addresses.find(
    ({ allocation, instance }) =>
      instance !== undefined && allocation.replace('alloc', 'assoc') === query.get('AssociationId'),
  );
  if (found === undefined) throw new Refusal('InvalidAssociationID.NotFound', query.get('AssociationId'));
  found.instance = undefined;
  return { return: true };
}

export function releaseAddress(state: CloudState, query: Query): Xml {
  const at = state.addresses.findIndex(({ allocation }) => allocation === query.get('AllocationId'));
  if (at < 0) throw new Refusal('InvalidAllocationID.NotFound', query.get('AllocationId'));
  if (state.addresses[at]!.instance !== undefined)
    throw new Refusal('DependencyViolation', 'address is in use');
  state.addresses.splice(at, 1);
  return { return: true };
}
