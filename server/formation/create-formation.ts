import { Conflict, UserError } from '../../base/errors.js';
import type { FlavorRecord } from '../store/infrastructure/flavor-store.js';
import type { FormationRecord } from '../store/app/formation-store.js';
import type { UserRecord } from '../store/people/user-store.js';
import { insertLayer } from './layers/create-layer.js';
import { formationName } from './requests/formation-name.js';
import type { FormationParts } from './context/formation-parts.js';

export interface FormationRequest {
  /** Default: two words like `peachy-waxworks`. */
  readonly name?: string | undefined;
  /** The user's own; given, the layers `runtime` and `proxy` are made of it. */
  readonly flavor?: FlavorRecord | undefined;
}

const nameForm = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/;
const maxPicks = 20;

/**
 * Creates a formation, with its layers when a flavor is given. @throws UserError for a name that cannot be,
 * Conflict for one that anybody has, Forbidden for a flavor that may not launch
 */
export async function createFormation(
  parts: FormationParts,
  user: UserRecord,
  { name, flavor }: FormationRequest,
): Promise<FormationRecord> {
  if (name !== undefined && !nameForm.test(name))
    throw new UserError(
      `${JSON.stringify(name)} cannot be a formation's name: 1 to 40 lower-case letters, digits and ` +
        'dashes, beginning with a letter',
      { field: 'id' },
    );
  for (let pick = 1; ; pick += 1) {
    try {
      return await parts.stores.transaction(async (stores) => {
        const formation = await stores.formations.insert({
          ownerId: user.id,
          name: name ?? formationName(parts.random),
        });
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
