import { isDeepStrictEqual } from 'node:util';
import type { ConfigRecord } from '../../store/app/config-store.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { ReleaseRecord } from '../../store/app/release-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { cutRelease, type ReleaseCut } from './cut-release.js';
import { enqueueOperation } from '../requests/enqueue-operation.js';
import type { FormationParts } from '../context/formation-parts.js';
import { mergeConfig, summariseConfig } from './merge-config.js';
import { deployKind, deployOf } from '../requests/kinds/deploy.js';

/**
 * Merges values into the present config (null unsets), cuts a release of it with the current build and queues
 * its deploy. Changes that follow while that still waits make it superseded: they contain it. What changes
 * nothing cuts no release, and touches no node where that is live.
 * @param check told the newest config before anything is written; what it throws ends the change
 * @throws UserError as mergeConfig
 */
export async function changeConfig(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  changes: Readonly<Record<string, string | null>>,
  check: (present: ConfigRecord | undefined) => void = () => undefined,
): Promise<OperationRecord> {
  return enqueueOperation(
    parts,
    { actor: { userId: user.id }, formation, kind: deployKind },
    async (stores) => {
      check(await stores.configs.present(formation.id));
      return cutConfig(stores, { formationId: formation.id, createdBy: user.id }, changes);
    },
  );
}

/**
 * A release with these changes of the present config; the one that is there where they change nothing. Belongs in a
 * transaction that holds the formation's lock. @param summary default: what it does, by names @throws UserError as
 * mergeConfig
 */
export async function cutConfig(
  stores: Stores,
  owner: Pick<ReleaseCut, 'formationId' | 'createdBy'>,
  changes: Readonly<Record<string, string | null>>,
  summary = summariseConfig(changes),
): Promise<ReturnType<typeof deployOf>> {
  const newest = await stores.configs.present(owner.formationId);
  const values = mergeConfig(newest?.values ?? {}, changes);
  const present = newest && (await releaseOfConfig(stores, newest));
  if (present !== undefined && isDeepStrictEqual(newest?.values, values)) return deployOf(present);
  const config = await stores.configs.insert({ ...owner, values });
  const release = await cutRelease(stores, { ...owner, summary }, { configId: config.id });
  return { release: release.version };
}

/**
 * The newest release when it has this config and is live, or about to be. One that failed is worth another
 * try.
 */
async function releaseOfConfig(stores: Stores, config: ConfigRecord): Promise<ReleaseRecord | undefined> {
  const release = await stores.releases.newest(config.formationId);
  return release?.configId === config.id && (release.state === 'live' || release.state === 'pending')
    ? release
    : undefined;
}
