import { Conflict, NotFound } from '../../../base/errors.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import type { FormationParts } from '../context/formation-parts.js';
import { parseDomain, sameDomain } from '../databag/domain-name.js';
import { sharedName } from '../databag/sharing.js';
import { requireHttp } from '../databag/tcp-mode.js';
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
  return changeProxies(parts, user, formation, `add ${name}`, async (stores) => {
    requireHttp((await stores.formations.byId(formation.id)) ?? formation, 'a domain');
    await refuseOthersName(stores, formation, name, parts.settings.domain);
    await stores.domains.insert({ formationId: formation.id, name });
  });
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

/**
 * Below the platform's domain each of those that share nodes has its own name alone. @throws Conflict for another
 * one's
 */
async function refuseOthersName(
  stores: Stores,
  { id, name: formation, hostId }: FormationRecord,
  name: string,
  domain: string | undefined,
): Promise<void> {
  if (domain === undefined || !name.endsWith(`.${domain}`)) return;
  const own = sharedName(formation, { host: hostId, guests: await stores.formations.presentOn(id) }, domain);
  if (own === undefined || own === name) return;
  throw new Conflict(
    `${name} is not a name for ${formation}: names below ${domain} are those of formations, and its own is ${own}`,
  );
}
