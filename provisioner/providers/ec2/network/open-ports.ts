import type { LayerOpenings, ProviderLayer } from '../../../provider.js';
import type { Ec2Api } from '../account/ec2-api.js';
import { formationGroups, isOf, syncRules } from './ec2-groups.js';
import { openedDescription, openedRules } from './group-rules.js';

/** The layer's security group lets these in, and nobody who was let in so before. Safe to repeat. */
export async function openPorts(
  api: Ec2Api,
  place: { readonly instance: string; readonly layer: ProviderLayer },
  wanted: LayerOpenings,
  signal: AbortSignal,
): Promise<void> {
  const groups = await formationGroups(api, place, signal);
  for (const group of groups.filter((each) => isOf(each, place.layer)))
    await syncRules(api, group, openedRules(wanted), signal, openedDescription);
}
