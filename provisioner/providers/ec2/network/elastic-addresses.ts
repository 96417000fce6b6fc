import type { Address } from '@aws-sdk/client-ec2';
import type { NodeLaunch } from '../../../provider.js';
import type { Ec2Api } from '../account/ec2-api.js';
import { isAwsError } from '../account/ec2-errors.js';
import { nodeTags, tagFilter, tagKeys } from '../launch/ec2-tags.js';

/**
 * Gives the node's instance a fixed public address, one for the node's uuid however often it is asked.
 * Returns the address.
 */
export async function ensureElasticAddress(
  api: Ec2Api,
  instance: string,
  launch: NodeLaunch,
  instanceId: string,
  signal: AbortSignal,
): Promise<string> {
  const address =
    (await addressesOf(api, [launch.uuid], signal))[0] ?? (await allocate(api, instance, launch, signal));
  if (address.InstanceId !== instanceId)
    await api.client.send(
      new api.sdk.AssociateAddressCommand({
        AllocationId: address.AllocationId!,
        InstanceId: instanceId,
        AllowReassociation: true,
      }),
      { abortSignal: signal },
    );
  return address.PublicIp!;
}

/** Gives the node's fixed addresses back, found by its uuid alone. Success when it has none. */
export async function releaseElasticAddresses(api: Ec2Api, uuid: string, signal: AbortSignal): Promise<void> {
  await releaseAddresses(api, await addressesOf(api, [uuid], signal), signal);
}

/** The same for addresses that were looked for already. */
export async function releaseAddresses(
  api: Ec2Api,
  addresses: readonly Address[],
  signal: AbortSignal,
): Promise<void> {
  for (const { AssociationId, AllocationId } of addresses) {
    if (AssociationId !== undefined)
      await unlessGone(() =>
        api.client.send(new api.sdk.DisassociateAddressCommand({ AssociationId }), { abortSignal: signal }),
      );
    await unlessGone(() =>
      api.client.send(new api.sdk.ReleaseAddressCommand({ AllocationId: AllocationId! }), {
        abortSignal: signal,
      }),
    );
  }
}

/**
 * AllocateAddress takes no client token: it is asked once, and a later attempt finds by tag what a lost
 * answer made.
 */
async function allocate(
  api: Ec2Api,
  instance: string,
  launch: NodeLaunch,
  signal: AbortSignal,
): Promise<Address> {
  const TagSpecifications = [
    { ResourceType: 'elastic-ip' as const, Tags: nodeTags(instance, launch, launch) },
  ];
  try {
    return await api.once.send(new api.sdk.AllocateAddressCommand({ Domain: 'vpc', TagSpecifications }), {
      abortSignal: signal,
    });
  } catch (error) {
    const [made] = await addressesOf(api, [launch.uuid], signal).catch(() => []);
    if (made === undefined) throw error;
    return made;
  }
}

/** Fixed addresses of nodes, by their uuids alone: at most 200. */
export async function addressesOf(
  api: Ec2Api,
  uuids: readonly string[],
  signal: AbortSignal,
): Promise<Address[]> {
  const Filters = [tagFilter(tagKeys.node, ...uuids)];
  return (
    (await api.client.send(new api.sdk.DescribeAddressesCommand({ Filters }), { abortSignal: signal }))
      .Addresses ?? []
  );
}

async function unlessGone(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!isAwsError(error, 'InvalidAllocationID.NotFound', 'InvalidAssociationID.NotFound')) throw error;
  }
}
