import { createHash } from 'node:crypto';
import type { CloudState, EndpointInstance, EndpointSubnet } from './cloud-state.js';
import { passes, tagSet, type Query } from './query.js';
import { Refusal } from './refusal.js';
import type { Xml } from './xml.js';

const userDataLimit = 16_384;

export async function runInstances(state: CloudState, query: Query): Promise<Xml> {
  const token = query.get('ClientToken') ?? '';
  const asked = digest(query);
  const known = token === '' ? undefined : state.instances.find((instance) => instance.token === token);
  if (known !== undefined) {
    if (known.asked !== asked) throw new Refusal('IdempotentParameterMismatch');
    if (known.state === 'terminated') throw new Refusal('IdempotentInstanceTerminated', known.id);
    return { instancesSet: [instanceXml(known)] };
  }
  const instance = newInstance(state, query, token, asked);
  if (query.is('DryRun')) throw new Refusal('DryRunOperation');
  state.instances.push(instance);
  const body = await instance.body?.catch(() => undefined);
  if (instance.body !== undefined && body === undefined) throw new Refusal('InternalError', 'no body');
  instance.address = body?.address ?? `10.0.${instance.number >> 8}.${(instance.number & 255) + 4}`;
  return { instancesSet: [instanceXml(instance)] };
}

function newInstance(state: CloudState, query: Query, token: string, asked: string): EndpointInstance {
  const userData = query.get('UserData') ?? '';
  if (Buffer.from(userData, 'base64').length > userDataLimit)
    throw new Refusal('InvalidParameterValue', 'User data is limited to 16384 bytes');
  const { subnet, groups, hasPublic } = placeOf(state, query);
  const id = state.newId('i');
  return {
    id,
    token,
    asked,
    userData,
    groups,
    hasPublic,
    subnet: subnet.id,
    zone: subnet.zone,
    number: state.instances.length,
    tags: query.tagsFor('instance'),
    type: query.get('InstanceType') ?? 'm1.small',
    image: query.get('ImageId') ?? '',
    address: undefined,
    state: 'pending',
    reason: undefined,
    looks: 0,
    hasInterface: true,
    hasVolume: true,
    body: query.is('DryRun') ? undefined : state.options.bodies?.({ id, userData }),
  };
}

function placeOf(
  state: CloudState,
  query: Query,
): { subnet: EndpointSubnet; groups: string[]; hasPublic: boolean } {
  const [nic = query] = query.members('NetworkInterface');
  const named = nic.get('SubnetId');
  const subnet = state.subnets.find(({ id, isDefault }) => (named === undefined ? isDefault : id === named));
  if (subnet === undefined)
    throw new Refusal(named === undefined ? 'VPCIdNotSpecified' : 'InvalidSubnetID.NotFound');
  const groups = nic.list('SecurityGroupId');
  const strange = groups.find((id) => !state.groups.some((group) => group.id === id));
  if (strange !== undefined) throw new Refusal('InvalidGroup.NotFound', strange);
  return { subnet, groups, hasPublic: nic.is('AssociatePublicIpAddress') };
}

export function describeInstances(state: CloudState, query: Query): Xml {
  const [ids, filters] = [query.list('InstanceId'), query.filters];
  for (const instance of state.instances) age(state, instance);
  const seen = state.instances.filter((instance) => instance.looks > (state.options.unseen ?? 0));
  const strange = ids.find((id) => !seen.some((instance) => instance.id === id));
  if (strange !== undefined) throw new Refusal('InvalidInstanceID.NotFound', strange);
  const found = seen.filter(
    (instance) =>
      (ids.length === 0 || ids.includes(instance.id)) &&
      passes(filters, instance.tags, {
        'instance-id': instance.id,
        'client-token': instance.token,
        'instance-state-name': instance.state,
      }),
  );
  return { reservationSet: found.map((instance) => ({ instancesSet: [instanceXml(instance)] })) };
}

/** Time goes by in looks: nothing here depends on a clock. */
function age(state: CloudState, instance: EndpointInstance): void {
  instance.looks += 1;
  if (
    instance.state !== 'pending' ||
    instance.looks <= (state.options.unseen ?? 0) + (state.options.pending ?? 1)
  )
    return;
  const doom = state.doomed.get(instance.zone);
  if (doom === undefined) instance.state = instance.address === undefined ? 'pending' : 'running';
  else end(instance, doom);
}

export async function terminateInstances(state: CloudState, query: Query): Promise<Xml> {
  const ids = query.list('InstanceId');
  const found = ids.map((id) => state.instances.find((instance) => instance.id === id));
  const strange = found.indexOf(undefined);
  if (strange >= 0) throw new Refusal('InvalidInstanceID.NotFound', ids[strange]);
  if (query.is('DryRun')) throw new Refusal('DryRunOperation');
  for (const instance of found.filter((each) => each !== undefined)) {
    await (await instance.body)?.end();
    end(instance, {
      code: 'Client.UserInitiatedShutdown',
      message: 'Client.UserInitiatedShutdown: User initiated shutdown',
    });
  }
  return {
    instancesSet: found.map((instance) => ({
      instanceId: instance!.id,
      currentState: { code: 48, name: 'terminated' },
    })),
  };
}

function end(instance: EndpointInstance, reason: { readonly code: string; readonly message: string }): void {
  if (instance.state === 'terminated') return;
  Object.assign(instance, { state: 'terminated', reason, hasVolume: false });
}

const codes = { pending: 0, running: 16, 'shutting-down': 32, terminated: 48 } as const;

function instanceXml(instance: EndpointInstance): Xml {
  const isUp = instance.state === 'pending' || instance.state === 'running';
  return {
    instanceId: instance.id,
    imageId: instance.image,
    instanceType: instance.type,
    clientToken: instance.token,
    subnetId: instance.subnet,
    instanceState: { code: codes[instance.state], name: instance.state },
    placement: { availabilityZone: instance.zone },
    ...(isUp && instance.address !== undefined
      ? {
          privateIpAddress: instance.address,
          ...(instance.hasPublic && instance.state === 'running' ? { ipAddress: instance.address } : {}),
        }
      : {}),
    stateReason: instance.reason,
    tagSet: tagSet(instance.tags),
  };
}

/** What a repeated call must not change: all but what says who asks and which call it is. */
function digest(query: Query): string {
  const parts = [...query.params]
    .filter(([key]) => !['Action', 'Version', 'ClientToken'].includes(key))
    .map(([key, value]) => `${key}=${value}`)
    .sort();
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}
