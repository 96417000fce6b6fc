import { groundOf, type FormationRecord } from '../../store/app/formation-store.js';
import type { Place } from '../../store/app/formation-snapshot.js';
import { requireSnapshot, workAt, type FormationWork } from './formation-work.js';

/** A formation's own layers and nodes, where it lives on those of another; undefined: it lives on its own. */
export function ownPlace(formation: Pick<FormationRecord, 'id' | 'hostId'>): Place | undefined {
  return groundOf(formation) === formation.id ? undefined : { groundId: formation.id, isComing: true };
}

/** The same work about nodes of the formation's own, wherever it lives. */
export async function workAtOwn(run: FormationWork, signal: AbortSignal): Promise<FormationWork> {
  const { formation } = await requireSnapshot(run.parts.stores, run.formationId);
  const place = ownPlace(formation);
  return place === undefined ? run : workAt(run, place, signal);
}
