import { isDeepStrictEqual } from 'node:util';
import type { ConfigRecord } from '../../store/app/config-store.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { ReleaseRecord } from '../../store/app/release-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { cutRelease } from './cut-release.js';
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
      const newest = await stores.configs.present(formation.id);
      check(newest);
      const values = mergeConfig(newest?.values ?? {}, changes);
      const present = newest && (await releaseOfConfig(stores, newest));
      if (present !== undefined && isDeepStrictEqual(newest?.values, values)) return deployOf(present);
      const config = await stores.configs.insert({ formationId: formation.id, createdBy: user.id, values });
      const cut = { formationId: formation.id, createdBy: user.id, summary: summariseConfig(changes) };
      const release = await cutRelease(stores, cut, { configId: config.id });
      return { release: release.version };
    },
  );
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
