import type { FormationRecord } from '../store/formation-store.js';
import type { OperationRecord } from '../store/operation-store.js';
import type { UserRecord } from '../store/user-store.js';
import { baseRelease } from './base-release.js';
import { createRelease } from './create-release.js';
import { enqueueOperation } from './enqueue-operation.js';
import type { FormationParts } from './formation-parts.js';
import { mergeConfig, summariseConfig } from './merge-config.js';

/**
 * Merges values into the newest config (null unsets), cuts a release of it with the current build and queues its deploy.
 * Changes that follow while that still waits make it superseded: they contain it. @throws UserError as mergeConfig
 */
export async function changeConfig(parts: FormationParts, user: UserRecord, formation: FormationRecord, changes: Readonly<Record<string, string | null>>): Promise<OperationRecord> {
  return enqueueOperation(parts, { user, formation, kind: 'deploy' }, async (stores) => {
    const newest = await stores.configs.newest(formation.id);
    const values = mergeConfig(newest?.values ?? {}, changes);
    const base = await baseRelease(stores, formation.id);
    const config = await stores.configs.insert({ formationId: formation.id, createdBy: user.id, values });
    const release = await createRelease(stores, { formationId: formation.id, buildId: base?.buildId ?? null, configId: config.id, summary: summariseConfig(changes), createdBy: user.id });
    return { release: release.version };
  });
}
