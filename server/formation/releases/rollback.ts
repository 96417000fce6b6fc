import type { FormationRecord } from '../../store/formation-store.js';
import type { OperationRecord } from '../../store/operation-store.js';
import type { ReleaseRecord } from '../../store/release-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/user-store.js';
import { chooseRollback } from './choose-rollback.js';
import { createRelease } from './create-release.js';
import { enqueueOperation } from '../requests/enqueue-operation.js';
import type { FormationParts } from '../context/formation-parts.js';
import { deployKind } from '../requests/kinds/deploy.js';

/**
 * Cuts a release with the build, config, limits and health checks of an earlier one and queues its deploy.
 * Later changes build on the restored ones. @param version default: the last good one before the live one.
 * @throws UnknownName, Conflict as chooseRollback
 */
export async function rollback(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  version?: number,
): Promise<OperationRecord> {
  return enqueueOperation(
    parts,
    { actor: { userId: user.id }, formation, kind: deployKind },
    async (stores) => {
      const present = (await stores.formations.byId(formation.id)) ?? formation;
      const collected = new Set(
        (await stores.builds.ofFormation(formation.id))
          .filter(({ collectedAt }) => collectedAt !== null)
          .map(({ id }) => id),
      );
      const chosen = chooseRollback(
        await stores.releases.ofFormation(formation.id),
        present.liveReleaseId,
        version,
        collected,
      );
      const configId = await restoreConfig(stores, user, chosen);
      const release = await createRelease(stores, {
        formationId: formation.id,
        buildId: chosen.buildId,
        configId,
        limits: chosen.limits,
        health: chosen.health,
        summary: `Roll back to v${chosen.version}`,
        createdBy: user.id,
      });
      return { release: release.version, rollbackTo: chosen.version };
    },
  );
}

/** The old values as the newest config, so that the next change merges into them. */
async function restoreConfig(
  stores: Stores,
  user: UserRecord,
  { formationId, configId }: ReleaseRecord,
): Promise<number> {
  const newest = await stores.configs.present(formationId);
  if (newest?.id === configId) return configId;
  const old = await stores.configs.byId(configId);
  return (await stores.configs.insert({ formationId, createdBy: user.id, values: old?.values ?? {} })).id;
}
