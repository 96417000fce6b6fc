import type { NewRelease, ReleaseContent, ReleaseRecord } from '../../store/app/release-store.js';
import type { Stores } from '../../store/stores.js';
import { deployKind } from '../requests/kinds/deploy.js';
import { baseRelease } from './base-release.js';
import { settingsOf } from './release-content.js';

/** What a release is recorded with, beside its content. */
export type ReleaseCut = Pick<NewRelease, 'formationId' | 'createdBy' | 'summary'>;

/**
 * Cuts the next release, in the one way there is: the content of the newest that is live or still to be, the
 * present config, and the changes on top. Ends the queued deploys that it makes needless: it contains what
 * they would have deployed. Belongs in a transaction that holds the formation's lock.
 */
export async function cutRelease(
  stores: Stores,
  cut: ReleaseCut,
  changes: Partial<ReleaseContent>,
): Promise<ReleaseRecord> {
  const { formationId, createdBy } = cut;
  const base = await baseRelease(stores, formationId);
  const configId = changes.configId ?? (await stores.configs.presentOrEmpty(formationId, createdBy)).id;
  const created = await stores.releases.insert({
    ...cut,
    buildId: base?.buildId ?? null,
    ...settingsOf(base),
    ...changes,
    configId,
  });
  await supersedeQueued(stores, created);
  return created;
}

/** Deploys that have begun go on: the worker carries the next one out after them. */
async function supersedeQueued(stores: Stores, { formationId, version }: ReleaseRecord): Promise<void> {
  const unfinished = await stores.operations.unfinishedOfFormation(formationId, 'formation');
  for (const operation of deployKind.supersededBy({ release: version }, unfinished)) {
    const error = { message: `superseded by v${version}` };
    if (!(await stores.operations.finishQueued(operation.id, { state: 'superseded', error }))) continue;
    const { release } = deployKind.read(operation);
    const older = release === undefined ? undefined : await stores.releases.byVersion(formationId, release);
    if (older?.state === 'pending') await stores.releases.setState(older.id, 'superseded', `by v${version}`);
  }
}
