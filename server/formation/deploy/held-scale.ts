import type { FormationSnapshot, SnapshotRelease } from '../../store/app/formation-snapshot.js';
import type { Scale } from '../../store/app/formation-store.js';
import type { FormationWork } from '../context/formation-work.js';
import { guestProblem } from '../placement/quota.js';
import { wantedContainers } from '../placement/wanted-containers.js';
import { scaleContainersKind } from '../requests/kinds/containers/scale-containers.js';
import { undoRecord, type Changed } from '../requests/undo-record.js';

/**
 * The counts that an operation brings about of a guest with a quota, whatever is asked for while it is carried out;
 * undefined for others. A scale is accepted by the quota of its moment, and its counts are wanted from then on: where
 * the quota has become too small for them, operations before it leave them to it, which is refused then.
 * @param isScale it is that scale
 */
export async function heldScale(
  { parts: { stores }, context: { operation } }: FormationWork,
  snapshot: FormationSnapshot,
  release: SnapshotRelease,
  isScale: boolean,
): Promise<Scale | undefined> {
  const { formation, host } = snapshot;
  if (host === undefined || Object.keys(formation.quota).length === 0) return undefined;
  const wanted = wantedContainers(formation.scale, release.build);
  if (isScale || guestProblem(snapshot, wanted, release) === undefined) return formation.scale;
  const unfinished = await stores.operations.unfinishedOfFormation(formation.id, 'formation');
  const later = unfinished.filter((each) => each.seq > operation.seq && scaleContainersKind.is(each));
  return scaleBefore(
    formation.scale,
    later.map((each) => undoRecord(each).scale ?? {}),
  );
}

/** Without these changes, the oldest first. */
function scaleBefore(scale: Scale, changes: readonly Readonly<Record<string, Changed>>[]): Scale {
  const counts = new Map(Object.entries(scale));
  for (const change of [...changes].reverse())
    for (const [type, { from }] of Object.entries(change)) {
      if (from === null) counts.delete(type);
      else counts.set(type, from);
    }
  return Object.fromEntries(counts);
}
