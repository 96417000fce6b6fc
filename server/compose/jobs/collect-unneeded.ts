import { goodAt } from '../../api/auth/browser/session.js';
import { collectBundles } from '../../git/bundles/collect-bundles.js';
import { pushKind } from '../../formation/requests/kinds/push.js';
import { collectBuilds } from '../../formation/releases/collect-builds.js';
import type { Job } from '../../schedule/job.js';
import { removeOldMeasures } from '../../measures/remove-old-measures.js';
import type { Settings } from '../../settings/settings.js';
import { collectFiles, type NeededFiles } from '../../slug/collect-files.js';
import { formationDirs } from '../../slug/remove-formation-files.js';
import type { Stores } from '../../store/stores.js';
import { now } from '../constants.js';
import type { Base } from '../open-base.js';
import { forgetOwnCertificate } from './order-own-certificate.js';

const dayMs = 86_400_000;
/** Strangers write as much into the audit log as they like, and names that are passwords in the wrong field. */
const maxStrangerDays = 30;

/** A sweep that takes longer is given up; the next goes on from what it has left. */
const deadlineMs = 1_800_000;

/** Removes what is no longer kept. */
export function collectUnneeded(
  { dataDir, collect, sessionMs }: Pick<Settings, 'dataDir' | 'collect' | 'sessionMs'>,
  { stores, blobs, log }: Pick<Base, 'stores' | 'blobs' | 'log'>,
): Job {
  const places = formationDirs(dataDir);
  const run = async (signal: AbortSignal): Promise<void> => {
    await collectBuilds(stores, collect.keepReleases);
    signal.throwIfAborted();
    const unusedSince = new Date((await firstInUse(stores)).getTime() - collect.graceMs);
    const gone = await collectFiles(places, blobs.slugs, { needed: () => neededFiles(stores), unusedSince });
    if (blobs.kind === 's3') gone.push(...(await collectBundles(stores, blobs.bundles, unusedSince)));
    signal.throwIfAborted();
    const ago = (days: number): Date => new Date(now().getTime() - days * dayMs);
    const operations = await stores.operations.removeEndedBefore(ago(collect.keepDays));
    const evidence = await stores.releases.removeEvidenceBefore(ago(collect.keepDays));
    signal.throwIfAborted();
    for (const phases of [stores.releasePhases, stores.postdeploys])
      await phases.removeLinesBefore(ago(collect.keepDays));
    await removeOldMeasures(stores, now());
    await forgetOwnCertificate(stores);
    const audit =
      (await stores.audit.removeBefore(ago(collect.auditDays))) +
      (await stores.audit.removeStrangersBefore(ago(maxStrangerDays)));
    const tokens = await stores.tokens.removeEnded(goodAt(now(), sessionMs));
    if (gone.length + operations + evidence + audit + tokens > 0)
      log.info({ files: gone.length, operations, evidence, audit, tokens }, 'removed what is no longer kept');
  };
  return { name: 'collect-unneeded', everyMs: collect.everyMs, deadlineMs, run };
}

/**
 * What pushes under way use, and have not recorded, is not older than this. A push may take long: it waits
 * for its turn, and one whose controller died goes on with the runtime that its first attempt took.
 */
export async function firstInUse(stores: Stores): Promise<Date> {
  const present = now().getTime();
  const begun = (await stores.operations.unfinished()).flatMap((operation) =>
    pushKind.is(operation) && operation.startedAt !== null ? [operation.startedAt.getTime()] : [],
  );
  return new Date(Math.min(present, ...begun));
}

async function neededFiles(stores: Stores): Promise<NeededFiles> {
  const [paths, formations] = await Promise.all([stores.builds.keptPaths(), stores.formations.list()]);
  return { paths, formations: new Set(formations.map(({ name }) => name)) };
}
