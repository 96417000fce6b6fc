import type { Databag } from '../../cookbooks/databag.js';
import type { FormationRecord } from '../store/formation-store.js';
import { calculateDatabag } from './calculate-databag.js';
import type { FormationParts } from './formation-parts.js';
import { readFacts, requireSnapshot } from './formation-run.js';

/** How long the provider may take to tell the controller's addresses. */
const factsMs = 10_000;

/** The databag that the formation's nodes would be given now, config in clear. @throws NotFound when the formation is gone */
export async function calculateFormation(parts: FormationParts, formation: Pick<FormationRecord, 'id'>): Promise<Databag> {
  const facts = await readFacts(parts, formation.id, AbortSignal.timeout(factsMs));
  return calculateDatabag(await requireSnapshot(parts.stores, formation.id), facts);
}
