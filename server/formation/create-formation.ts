import { Conflict, UserError } from '../../base/errors.js';
import type { FlavorRecord } from '../store/infrastructure/flavor-store.js';
import type { FormationRecord } from '../store/app/formation-store.js';
import type { UserRecord } from '../store/people/user-store.js';
import { insertLayer } from './layers/create-layer.js';
import { formationName } from './requests/formation-name.js';
import { makeReady } from './sharing/make-ready.js';
import { requireHost } from './sharing/require-host.js';
import { requirePlace } from './sharing/require-place.js';
import { quotaOf } from './sharing/set-quota.js';
import type { FormationParts } from './context/formation-parts.js';

export interface FormationRequest {
  /** Default: two words like `peachy-waxworks`. */
  readonly name?: string | undefined;
  /** The user's own; given, the layers `runtime` and `proxy` are made of it. */
  readonly flavor?: FlavorRecord | undefined;
  /** It lives on the nodes of this one, on which the user may place formations. */
  readonly host?: FormationRecord | undefined;
}

const nameForm = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/;
const maxPicks = 20;

/**
 * Creates a formation, with its layers when a flavor is given. @throws UserError for a name that cannot be,
 * Conflict for one that anybody has, or for more guests than one may have, Forbidden for a flavor that may not
 * launch, or a host that is not open any more
 */
export async function createFormation(
  parts: FormationParts,
  user: UserRecord,
  { name, flavor, host }: FormationRequest,
): Promise<FormationRecord> {
  if (name !== undefined && !nameForm.test(name))
    throw new UserError(
      `${JSON.stringify(name)} cannot be a formation's name: 1 to 40 lower-case letters, digits and ` +
        'dashes, beginning with a letter',
      { field: 'id' },
    );
  requireOneGround({ name, flavor, host });
  for (let pick = 1; ; pick += 1) {
    try {
      return await parts.stores.transaction(async (stores) => {
        const ground = host === undefined ? undefined : await requireHost(stores, host);
        if (ground !== undefined) await requirePlace(stores, ground, user);
        const formation = await stores.formations.insert({
          ownerId: user.id,
          name: name ?? formationName(parts.random),
          ...(ground === undefined ? {} : { hostId: ground.id, quota: quotaOf(ground.guestQuota) }),
        });
        if (host !== undefined) await makeReady({ ...parts, stores }, user, host);
        for (const layer of flavor === undefined ? [] : ['runtime', 'proxy']) {
          await insertLayer({ ...parts, stores }, user, formation, { name: layer, flavor: flavor! });
        }
        return formation;
      });
    } catch (error) {
      if (name !== undefined || !(error instanceof Conflict) || pick === maxPicks) throw error;
    }
  }
}

/** @throws UserError for a guest with a flavor, or of a name that proxies know already */
function requireOneGround({ name, flavor, host }: FormationRequest): void {
  if (host === undefined) return;
  if (flavor !== undefined)
    throw new UserError(`a formation on ${host.name} has no layers of its own: leave the flavor out`, {
      field: 'flavor',
    });
  if (name === 'default')
    throw new UserError('"default" cannot be the name of a formation on others: proxies use it', {
      field: 'id',
    });
}
