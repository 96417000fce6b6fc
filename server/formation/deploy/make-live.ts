import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { Stores } from '../../store/stores.js';
import type { DeployWork } from './deploy-work.js';
import { requireSnapshot } from '../context/formation-work.js';
import { enqueueRetire } from './retire/retire-operation.js';
import { releaseOf } from '../databag/snapshot-view.js';

export interface LiveOptions {
  /**
   * False when the formation has nowhere to run it: then the old containers retire, and no release changes
   * its state.
   */
  readonly becomesLive: boolean;
  readonly signal: AbortSignal;
}

/**
 * Phase 5: in one transaction the release is live, older ones are superseded, and the retiring of old
 * containers is queued. Resolves to the number of its containers that serve.
 */
export async function makeLive(deploy: DeployWork, { becomesLive, signal }: LiveOptions): Promise<number> {
  const { parts, formationId, releaseId, place } = deploy;
  return parts.stores.withFormationLock(formationId, async (stores) => {
    signal.throwIfAborted();
    const snapshot = await requireSnapshot(stores, formationId, [releaseId], place);
    if (becomesLive && snapshot.formation.liveReleaseId !== releaseId)
      await replaceLive(stores, snapshot, releaseId);
    await enqueueRetire(deploy, stores, snapshot);
    return snapshot.containers.filter(({ state, releaseId: of }) => state === 'serving' && of === releaseId)
      .length;
  });
}

async function replaceLive(
  stores: Stores,
  { formation }: FormationSnapshot,
  releaseId: number,
): Promise<void> {
  const releases = await stores.releases.ofFormation(formation.id);
  const release = releaseOf(
    { releases: releases.map((each) => ({ ...each, build: null, config: {} })) },
    releaseId,
  );
  const replaced = releases.filter(
    ({ id, state, version }) =>
      id === formation.liveReleaseId || (state === 'pending' && version < release.version),
  );
  for (const { id } of replaced) await stores.releases.setState(id, 'superseded', `by v${release.version}`);
  await stores.releases.setState(releaseId, 'live');
  await stores.formations.setLiveRelease(formation.id, releaseId);
}
