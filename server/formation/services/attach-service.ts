import { Conflict, UserError } from '../../../base/errors.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireSnapshot } from '../context/formation-work.js';
import { cutConfig } from '../releases/change-config.js';
import { releaseSummary } from '../releases/release-summary.js';
import { enqueueOperation, requireAlive } from '../requests/enqueue-operation.js';
import { deployKind } from '../requests/kinds/deploy.js';
import { fillTemplate, plainTemplate, variableOf } from './service-url.js';
import { serviceAddress } from './service-truth.js';

/** Of one formation. */
const maxServices = 50;
/** Of one service; a formation may have several variables of it. */
const maxConsumers = 200;

export interface AttachRequest {
  /** Default: the provider's name, `ORDERS_DB_URL`. */
  readonly variable?: string | undefined;
  /** Default: `tcp://{host}:{port}`. It may hold a password. */
  readonly template?: string | undefined;
}

/**
 * Writes where a formation of mode tcp is found into the config of another one, cuts a release and queues its deploy,
 * which begins once the proxies let its nodes in. @throws UserError and Conflict for what cannot be attached, and for a
 * variable that is set already
 */
export async function attachService(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  provider: FormationRecord,
  { variable = variableOf(provider.name), template = plainTemplate }: AttachRequest,
): Promise<OperationRecord> {
  fillTemplate(template, '');
  if (provider.id === formation.id)
    throw new UserError(`${formation.name} cannot be attached to itself`, { field: 'service' });
  return enqueueOperation(
    parts,
    { actor: { userId: user.id }, formation, kind: deployKind },
    async (stores) => {
      if (Object.hasOwn((await stores.configs.present(formation.id))?.values ?? {}, variable))
        throw new Conflict(
          `${variable} is set already: choose another variable, or take it away with \`deis config:unset ${variable}\``,
        );
      await requireRoom(stores, formation, provider);
      const address = await addressFor(stores, formation, provider);
      await stores.services.put({ consumerId: formation.id, providerId: provider.id, variable, address });
      // From here on nobody destroys it beside this.
      await requireAlive(stores, provider.id);
      return cutConfig(
        stores,
        { formationId: formation.id, createdBy: user.id },
        { [variable]: fillTemplate(template, address) },
        releaseSummary([`attach ${provider.name} as ${variable}`]),
      );
    },
  );
}

/** @throws Conflict for more than each of the two may have: each is a network that proxies let in */
async function requireRoom(
  { services }: Stores,
  formation: FormationRecord,
  provider: FormationRecord,
): Promise<void> {
  if ((await services.ofConsumer(formation.id)).length >= maxServices)
    throw new Conflict(`${formation.name} is attached to ${maxServices} services, and more are not possible`);
  if ((await services.ofProvider(provider.id)).length >= maxConsumers)
    throw new Conflict(`${maxConsumers} are attached to ${provider.name}, and more are not possible`);
}

/** @throws Conflict saying what the provider lacks */
async function addressFor(
  stores: Stores,
  formation: FormationRecord,
  { id, name }: FormationRecord,
): Promise<string> {
  const provider = await requireSnapshot(stores, id);
  if (provider.formation.proxySettings.mode !== 'tcp')
    throw new Conflict(
      `${name} takes requests of HTTP, not connections: \`deis proxy:set mode=tcp -f ${name}\` makes it a service`,
    );
  const address = serviceAddress(provider, await requireSnapshot(stores, formation.id));
  if (address === undefined)
    throw new Conflict(`${name} has no proxy that is ready: \`deis layers:scale proxy=1 -f ${name}\` first`);
  return address;
}
