import type { FormationRecord } from '../../store/formation-store.js';
import type { OperationRecord } from '../../store/operation-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/user-store.js';
import { baseRelease } from './base-release.js';
import { checkTypes } from '../requests/check-types.js';
import { cutFromBase } from './cut-from-base.js';
import { enqueueOperation } from '../requests/enqueue-operation.js';
import type { FormationParts } from '../context/formation-parts.js';
import { mergeHealth, summariseHealth, type HealthByType, type HealthChanges } from './merge-health.js';
import { deployKind } from '../requests/kinds/deploy.js';

/** The checks of the newest release that is live, or still to be. */
export interface PresentHealth {
  /** Version; null before the first. */
  readonly release: number | null;
  readonly checks: HealthByType;
}

/** What the next release will be cut from. */
export async function readHealth(stores: Stores, formationId: number): Promise<PresentHealth> {
  const release = await baseRelease(stores, formationId);
  return { release: release?.version ?? null, checks: release?.health ?? {} };
}

/**
 * Changes how containers show that they are well, cuts a release with that and queues its deploy: its new
 * containers are the first to be asked so.
 * @param check told the present checks before anything is written; what it throws ends the change
 * @throws UserError as mergeHealth, UnknownName for a type that the Procfile lacks
 */
export async function changeHealth(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  changes: HealthChanges,
  check: (present: PresentHealth) => void = () => undefined,
): Promise<OperationRecord> {
  return enqueueOperation(
    parts,
    { actor: { userId: user.id }, formation, kind: deployKind },
    async (stores) => {
      check(await readHealth(stores, formation.id));
      const release = await cutFromBase(stores, user, formation.id, {
        part: 'health',
        merge: (present, procfile) => {
          checkTypes(
            Object.keys(changes).filter((type) => changes[type] !== null || !Object.hasOwn(present, type)),
            procfile,
            (type) => `checks.${type}`,
          );
          return mergeHealth(present, changes);
        },
        summary: () => summariseHealth(changes),
      });
      return { release };
    },
  );
}
