import { isDeepStrictEqual } from 'node:util';
import { Conflict } from '../../../base/errors.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { ReleaseRecord } from '../../store/app/release-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { baseRelease } from './base-release.js';
import { chooseRollback, type GoneBuild } from './choose-rollback.js';
import { cutRelease } from './cut-release.js';
import { enqueueOperation } from '../requests/enqueue-operation.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireSnapshot } from '../context/formation-work.js';
import { tagProblem } from '../placement/tagged-nodes.js';
import { tagsOfType } from '../placement/tags.js';
import { deployKind } from '../requests/kinds/deploy.js';
import { lostBuilds } from './lost-builds.js';
import { contentOf } from './release-content.js';

/**
 * Cuts a release with the build, config and settings of process types of an earlier one and queues its deploy.
 * Later changes build on the restored ones. @param version default: the last good one before the live one.
 * @throws UnknownName, Conflict as chooseRollback
 */
export async function rollback(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  version?: number,
): Promise<OperationRecord> {
  const lost = await lostBuilds(parts, formation.id);
  return enqueueOperation(
    parts,
    { actor: { userId: user.id }, formation, kind: deployKind },
    async (stores) => {
      const present = (await stores.formations.byId(formation.id)) ?? formation;
      const collected = (await stores.builds.ofFormation(formation.id)).filter(
        ({ collectedAt }) => collectedAt !== null,
      );
      const chosen = chooseRollback(
        await stores.releases.ofFormation(formation.id),
        present.liveReleaseId,
        version,
        new Map<string, GoneBuild>([
          ...[...lost].map((id) => [id, 'lost'] as const),
          ...collected.map(({ id }) => [id, 'collected'] as const),
        ]),
      );
      const release = await cutCopy(stores, user, chosen, `Roll back to v${chosen.version}`);
      return { release: release.version, rollbackTo: chosen.version };
    },
  );
}

/**
 * Cuts a release with all that an earlier one holds. Belongs in a transaction that holds the formation's
 * lock. @throws Conflict where no node has what a process type asks for
 */
export async function cutCopy(
  stores: Stores,
  user: UserRecord,
  chosen: ReleaseRecord,
  summary: string,
): Promise<ReleaseRecord> {
  await requireNodes(stores, chosen);
  const cut = { formationId: chosen.formationId, createdBy: user.id, summary };
  const configId = await restoreConfig(stores, user, chosen);
  return cutRelease(stores, cut, { ...contentOf(chosen), configId });
}

/**
 * What a type asks for now as well is no reason: it waits for a node in either release.
 * @throws Conflict where no node has what a process type that has containers would ask for
 */
async function requireNodes(stores: Stores, { formationId, tags }: ReleaseRecord): Promise<void> {
  const snapshot = await requireSnapshot(stores, formationId);
  const { scale } = snapshot.formation;
  const present = (await baseRelease(stores, formationId))?.tags ?? {};
  const types = Object.keys(tags).filter(
    (type) =>
      Object.hasOwn(scale, type) &&
      scale[type]! > 0 &&
      !isDeepStrictEqual(tagsOfType(tags, type), tagsOfType(present, type)),
  );
  const problem = tagProblem(snapshot, tags, types);
  if (problem !== undefined) throw new Conflict(problem);
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
