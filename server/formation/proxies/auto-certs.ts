import { Conflict, UserError } from '../../../base/errors.js';
import { newEcKey, thumbprintOf } from '../../certificates/ec-key.js';
import type { AcmeAccountRecord } from '../../store/app/certificates/acme-account-store.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import type { Stores } from '../../store/stores.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireHttp } from '../databag/tcp-mode.js';
import { changeProxies } from './configure-proxies.js';

/**
 * Has the certificates of the formation's domains ordered and renewed by the controller: its proxies answer the CA's
 * challenges from now on. @throws Conflict while the operator has not agreed to the CA's terms
 */
export async function enableAutoCerts(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
): Promise<OperationRecord> {
  const { directory, agreed } = parts.settings.acme;
  if (!agreed)
    throw new Conflict(
      `this controller has not agreed to the terms of service of ${new URL(directory).host}: its operator does ` +
        'that with DEIS_ACME_AGREE=yes',
    );
  return changeProxies(parts, user, formation, 'answer the challenges of the CA', async (stores) => {
    requireHttp((await stores.formations.byId(formation.id)) ?? formation, 'a certificate');
    await stores.autoCerts.enable(formation.id, (await openAccount(stores, directory)).id, parts.now());
  });
}

/** The controller's account at a CA; its key is made here, the CA hears of it with the first order. */
export async function openAccount(stores: Stores, directory: string): Promise<AcmeAccountRecord> {
  return stores.acmeAccounts.getOrCreate(directory, () => {
    const key = newEcKey();
    return { key, thumbprint: thumbprintOf(key) };
  });
}

/** Orders and renews nothing from now on; certificates serve on until they expire. @throws Conflict when it is off */
export async function disableAutoCerts(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
): Promise<OperationRecord> {
  return changeProxies(parts, user, formation, 'order no certificates', async (stores) => {
    if (!(await stores.autoCerts.disable(formation.id))) throw isOff(formation);
  });
}

/**
 * Looks at the names at once, and tries again what has failed, but for what the CA has asked to wait for.
 * @throws Conflict when it is off
 */
export async function refreshAutoCerts(
  { stores, now }: FormationParts,
  formation: FormationRecord,
): Promise<void> {
  await stores.withFormationLock(formation.id, async (inside) => {
    const auto = await inside.autoCerts.byFormation(formation.id);
    if (auto === undefined) throw isOff(formation);
    const at = now().toISOString();
    const problems = Object.entries(auto.problems).map(([name, problem]) => [
      name,
      problem.isHeld ? problem : { ...problem, notBefore: at },
    ]);
    await inside.autoCerts.setProblems(formation.id, Object.fromEntries(problems) as typeof auto.problems);
    for (const order of await inside.autoCerts.orders(formation.id))
      if (!order.isHeld) await inside.autoCerts.update(order.id, { notBefore: null });
    await inside.autoCerts.lookAt(formation.id, now());
  });
}

/** @throws UserError for a certificate that the controller renews: it would come back */
export function requireOwn(source: string, name: string): void {
  if (source === 'acme')
    throw new UserError(
      `${name} is renewed by the controller: \`deis certs:auto disable\` first, to have it in your own hands`,
    );
}

function isOff(formation: FormationRecord): Conflict {
  return new Conflict(
    `the certificates of ${formation.name} are in your own hands: \`deis certs:auto enable\` first`,
  );
}
