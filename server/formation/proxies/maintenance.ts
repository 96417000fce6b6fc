import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireHttp } from '../databag/tcp-mode.js';
import { changeProxies } from './configure-proxies.js';

/** Answers a page in the place of the app, or the app again. */
export async function setMaintenance(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  enabled: boolean,
): Promise<OperationRecord> {
  return changeProxies(parts, user, formation, `maintenance ${enabled ? 'on' : 'off'}`, async (stores) => {
    if (enabled)
      requireHttp((await stores.formations.byId(formation.id)) ?? formation, 'a page for maintenance');
    await stores.formations.setMaintenance(formation.id, enabled);
  });
}
