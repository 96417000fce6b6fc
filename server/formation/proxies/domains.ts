import { NotFound } from '../../../base/errors.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import type { FormationParts } from '../context/formation-parts.js';
import { parseDomain, sameDomain } from '../databag/domain-name.js';
import { changeProxies } from './configure-proxies.js';

/**
 * Lets the formation answer to a name. @throws UserError for what is no domain, Conflict when any formation
 * has it
 */
export async function addDomain(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  domain: string,
): Promise<OperationRecord> {
  const name = parseDomain(domain);
  return changeProxies(
    parts,
    user,
    formation,
    `add ${name}`,
    async (stores) => void (await stores.domains.insert({ formationId: formation.id, name })),
  );
}

/** @throws NotFound when the formation has no such domain */
export async function removeDomain(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  domain: string,
): Promise<OperationRecord> {
  const name = sameDomain(domain);
  return changeProxies(parts, user, formation, `remove ${name}`, async (stores) => {
    if (!(await stores.domains.delete(formation.id, name)))
      throw new NotFound(`${formation.name} has no domain ${JSON.stringify(domain)}`);
  });
}
