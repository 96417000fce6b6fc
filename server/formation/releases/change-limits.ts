import type { Limits } from '../../../cookbooks/databag.js';
import type { FormationRecord } from '../../store/formation-store.js';
import type { OperationRecord } from '../../store/operation-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/user-store.js';
import { baseRelease } from './base-release.js';
import { checkTypes } from '../requests/check-types.js';
import { cutFromBase } from './cut-from-base.js';
import { enqueueOperation } from '../requests/enqueue-operation.js';
import type { FormationParts } from '../context/formation-parts.js';
import { mergeLimits, summariseLimits, type LimitChanges, type LimitsByType } from './merge-limits.js';
import { sortedByKey } from '../databag/sorted-by-key.js';
import { deployKind } from '../requests/kinds/deploy.js';

/** What the containers of the newest release that is live, or still to be, may use. */
export interface PresentLimits {
  /** Version; null before the first. */
  readonly release: number | null;
  /** Every process type of its Procfile, and others that have a limit; sorted. Empty: no limit. */
  readonly types: LimitsByType;
}

/** What the next release will be cut from. A release that failed is passed over, and its limits with it. */
export async function readLimits(stores: Stores, formationId: number): Promise<PresentLimits> {
  const release = await baseRelease(stores, formationId);
  const build = release?.buildId ? await stores.builds.byId(release.buildId) : undefined;
  const types = new Map<string, Limits>([
    ...Object.keys(build?.procfile ?? {}).map((type) => [type, {}] as const),
    ...Object.entries(release?.limits ?? {}),
  ]);
  return { release: release?.version ?? null, types: sortedByKey([...types]) };
}

/**
 * Merges limits into those of the newest release (null takes one away), cuts a release with them and queues
 * its deploy: new containers start with them beside the old, which keep theirs. What changes nothing cuts no
 * release.
 * @param check told the present limits before anything is written; what it throws ends the change
 * @throws UserError as mergeLimits, UnknownName for a type that the Procfile lacks
 */
export async function changeLimits(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  changes: LimitChanges,
  check: (present: PresentLimits) => void = () => undefined,
): Promise<OperationRecord> {
  return enqueueOperation(
    parts,
    { actor: { userId: user.id }, formation, kind: deployKind },
    async (stores) => {
      check(await readLimits(stores, formation.id));
      const release = await cutFromBase(stores, user, formation.id, {
        part: 'limits',
        merge: (present, procfile) => {
          checkChanged(changes, present, procfile);
          return mergeLimits(present, changes);
        },
        summary: () => summariseLimits(changes),
      });
      return { release };
    },
  );
}

/** A limit of a type that is gone from the Procfile can still be taken away. */
function checkChanged(
  { memory = {}, cpus = {} }: LimitChanges,
  present: LimitsByType,
  procfile: Readonly<Record<string, string>> | undefined,
): void {
  for (const [field, changes] of Object.entries({ memory, cpus })) {
    const named = Object.keys(changes).filter(
      (type) => changes[type] !== null || !Object.hasOwn(present, type),
    );
    checkTypes(named, procfile, (type) => `${field}.${type}`);
  }
}
