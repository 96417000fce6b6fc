import { canRollBackTo } from '../../formation/releases/choose-rollback.js';
import type { BuildRecord } from '../../store/app/builds/build-store.js';
import type { Stores } from '../../store/stores.js';
import { deployBranches } from '../../formation/requests/deploy-branch.js';
import type { GitRepository } from '../repository/git-repository.js';

/** So many of the newest releases are looked at. */
const maxReleases = 100;

interface HintParts {
  readonly stores: Stores;
  /** Whether the slug of a build that is kept is not there. */
  readonly isLost: (build: BuildRecord) => Promise<boolean>;
}

/**
 * What somebody should know who pushed and had nothing to push, in a sentence: after a rollback the app runs
 * something else than its branch, and git says that all is up to date. Undefined when there was no rollback.
 */
export async function rollbackHint(
  { stores, isLost }: HintParts,
  formationId: number,
  repository: GitRepository,
): Promise<string | undefined> {
  const liveId = (await stores.formations.byId(formationId))?.liveReleaseId;
  const { items: releases } = await stores.releases.pageOfFormation(formationId, { limit: maxReleases });
  const live = releases.find(({ id }) => id === liveId);
  const good = releases.filter(canRollBackTo);
  const builds = await stores.builds.byIds([...new Set(good.map(({ buildId }) => buildId!))]);
  const newest = builds.reduce((a, b) => (a.createdAt > b.createdAt ? a : b), builds[0]!);
  if (live === undefined || newest === undefined || newest.id === live.buildId) return undefined;
  const branches = await deployBranches(stores, formationId);
  const pushed = await Promise.all(branches.map((name) => repository.refValue(`refs/heads/${name}`)));
  if (!pushed.includes(newest.gitCommit)) return undefined;
  const way =
    newest.collectedAt === null && !(await isLost(newest))
      ? `\`deis rollback v${good.find(({ buildId }) => buildId === newest.id)!.version}\` brings it back`
      : 'to build it again, push a new commit (git commit --allow-empty)';
  return (
    `${newest.gitCommit.slice(0, 8)} was deployed and rolled back (v${live.version} is live), and pushing it ` +
    `again changes nothing: ${way}`
  );
}
