import type { CloudState } from './cloud-state.js';
import { passes, tagSet, type Query } from './query.js';
import { Refusal } from './refusal.js';
import type { Xml } from './xml.js';

export function describeVolumes(state: CloudState, query: Query): Xml {
  const attached = state.instances
    .filter(({ hasVolume }) => hasVolume)
    .map(({ id, tags }) => ({ id: id.replace('i-', 'vol-'), tags, status: 'in-use' }));
  const lone = state.volumes.map((each) => ({ ...each, status: 'available' }));
  const found = [...attached, ...lone].filter(({ tags, status }) => passes(query.filters, tags, { status }));
  return { volumeSet: found.map(({ id, tags, status }) => ({ volumeId: id, status, tagSet: tagSet(tags) })) };
}

export function deleteVolume(state: CloudState, query: Query): Xml {
  const id = query.get('VolumeId') ?? '';
  if (state.instances.some((instance) => instance.hasVolume && instance.id.replace('i-', 'vol-') === id))
    throw new Refusal('VolumeInUse', id);
  const at = state.volumes.findIndex((volume) => volume.id === id);
  if (at < 0) throw new Refusal('InvalidVolume.NotFound', id);
  if (query.is('DryRun')) throw new Refusal('DryRunOperation');
  state.volumes.splice(at, 1);
  return { return: true };
}
