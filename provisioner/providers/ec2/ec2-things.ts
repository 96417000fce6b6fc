import type { CloudThing, ProviderLayer } from '../../provider.js';
import type { Ec2Api } from './account/ec2-api.js';
import { isAwsError } from './account/ec2-errors.js';
import { removeGroup, type GroupClocks } from './network/ec2-groups.js';
import { tagFilter, tagKeys, tagOf } from './launch/ec2-tags.js';
import { releaseElasticAddresses } from './network/elastic-addresses.js';

type Tagged = Parameters<typeof tagOf>[0];

/**
 * Security groups, fixed addresses, and volumes that no machine has, all of this instance. There are no key
 * pairs: none is ever made.
 */
export async function listThings(api: Ec2Api, instance: string, signal: AbortSignal): Promise<CloudThing[]> {
  const { client, sdk } = api;
  const Filters = [tagFilter(tagKeys.createdBy, instance)];
  const options = { abortSignal: signal };
  const things: CloudThing[] = [];
  for await (const { SecurityGroups = [] } of sdk.paginateDescribeSecurityGroups(
    { client },
    { Filters, MaxResults: 1000 },
    options,
  )) {
    things.push(
      ...SecurityGroups.map((each) =>
        thing('security group', each.GroupId!, each, { name: each.GroupName ?? '', uuid: null }),
      ),
    );
  }
  const { Addresses = [] } = await client.send(new sdk.DescribeAddressesCommand({ Filters }), options);
  things.push(
    ...Addresses.map((each) =>
      thing('fixed address', each.AllocationId!, each, { address: each.PublicIp ?? null }),
    ),
  );
  // One that a machine has goes with it.
  const lone = [...Filters, { Name: 'status', Values: ['available', 'error'] }];
  for await (const { Volumes = [] } of sdk.paginateDescribeVolumes(
    { client },
    { Filters: lone, MaxResults: 500 },
    options,
  )) {
    things.push(...Volumes.map((each) => thing('volume', each.VolumeId!, each)));
  }
  return things;
}

/**
 * Removes one of them; success when it is gone already. @throws what AWS says, or RemoteFailure naming what
 * holds a group
 */
export async function removeThing(
  api: Ec2Api,
  instance: string,
  { kind, cloudId, uuid, ...place }: CloudThing,
  clocks: GroupClocks,
  signal: AbortSignal,
): Promise<void> {
  if (kind === 'security group') {
    const layer: ProviderLayer = { ...place, kind: 'custom', params: {} };
    // Who asks waits for the answer: what AWS holds for longer is told, and asked for again.
    await removeGroup(
      api,
      { instance, layer, clocks: { ...clocks, releaseMs: Math.min(clocks.releaseMs, 5_000) } },
      signal,
    );
  } else if (kind === 'fixed address') {
    // Each is for a node: `allocate` tags none without.
    if (uuid !== null) await releaseElasticAddresses(api, uuid, signal);
  } else {
    await api.client
      .send(new api.sdk.DeleteVolumeCommand({ VolumeId: cloudId }), { abortSignal: signal })
      .catch((error: unknown) => {
        if (!isAwsError(error, 'InvalidVolume.NotFound')) throw error;
      });
  }
}

function thing(
  kind: CloudThing['kind'],
  cloudId: string,
  tagged: Tagged,
  more: Partial<CloudThing> = {},
): CloudThing {
  const place = {
    formation: tagOf(tagged, tagKeys.formation),
    formationId: tagOf(tagged, tagKeys.formationId),
    layer: tagOf(tagged, tagKeys.layer),
  };
  return {
    kind,
    cloudId,
    ...place,
    uuid: tagOf(tagged, tagKeys.node),
    name: tagOf(tagged, 'Name'),
    address: null,
    ...more,
  };
}
