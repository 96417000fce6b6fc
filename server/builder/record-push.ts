import { UserError } from '../../base/errors.js';
import type { OperationContext, OperationHandler } from '../operation/operation-context.js';
import { isHandover, OperationFailure } from '../operation/operation-errors.js';
import type { BuildRecord } from '../store/app/builds/build-store.js';
import type { FormationRecord } from '../store/app/formation-store.js';
import type { Stores } from '../store/stores.js';
import { parseAppJson } from './plan/app-json.js';
import { buildCommit } from './build-commit.js';
import type { SlugBuilder } from './build-slug.js';
import type { TakeTurn } from './build-turns.js';
import type { ImageBuilder } from './dockerfile/image-builder.js';
import { BuildFailure } from './failure/build-failure.js';
import type { RepositoryBundles } from '../git/bundles/repository-bundles.js';
import type { GitRepositories, GitRepository } from '../git/repository/git-repository.js';
import { buildStep, pushKind, type PushParams } from '../formation/requests/kinds/push.js';
import { inspectedFiles } from './plan/app-source.js';
import { formationOf, sayWhereItRuns, type Launcher } from './release-of-build.js';
import { readText } from './read-app-source.js';

export interface RecordPushParts {
  readonly stores: Stores;
  readonly repositories: GitRepositories;
  /** Where hosts share no folder. */
  readonly bundles?: Pick<RepositoryBundles, 'openFor' | 'moved'> | undefined;
  readonly builder: Pick<SlugBuilder, 'build' | 'discard'>;
  /** Builds Dockerfiles. */
  readonly images: Pick<ImageBuilder, 'build' | 'discard'>;
  readonly launcher: Launcher;
  readonly takeTurn: TakeTurn;
  readonly buildSeconds: number;
  readonly newSecret: () => string;
}

/** Beside the build itself: fetching Node.js, packing, taking the slug out. */
const buildSlackMs = 300_000;
/** For the builds of other formations that come first. */
const turnMs = 3_600_000;
const refDeadlineMs = 60_000;

/**
 * Carries out `push` operations. This is the order: build, record the build, cut the release, deploy it, move
 * the ref. Each part finds what an earlier attempt did: a build has its operation's id, a release is known by
 * its build, a ref by where it points.
 */
export function recordPush(parts: RecordPushParts): OperationHandler {
  return async (context) => {
    const push = pushKind.read(context.operation);
    const formation = await formationOf(parts.stores, context);
    const { id: operationId } = context.operation;
    const repository = await (parts.bundles?.openFor(formation, { operationId, commit: push.commit }) ??
      parts.repositories.open(formation.name));
    const counting = countsOf(repository, push.commit);
    counting.catch(() => undefined);
    const { build, discarded } = await buildOnce(parts, context, formation, repository, push);
    const release = await parts.launcher.cutRelease(formation, build, await counting);
    const { state } = await parts.launcher.deploy(context, release.id).finally(() => discarded);
    // What is deployed stays so: a cancel comes too late for the ref.
    await context.cleanupStep('ref', refDeadlineMs, () =>
      parts.stores.withLock(`refs of ${formation.name}`, async () => {
        await moveRef(repository, push);
        await parts.bundles?.moved(operationId);
      }),
    );
    if (state === 'live') await sayWhereItRuns(parts, context, formation, release.version);
    return { release: release.version, state, commit: push.commit };
  };
}

interface BuiltOnce {
  readonly build: BuildRecord;
  /**
   * Resolves when nothing of the build is left on the engine, or that could not be had: the next sweep
   * removes it.
   */
  readonly discarded: Promise<void>;
}

async function buildOnce(
  parts: RecordPushParts,
  context: OperationContext,
  formation: FormationRecord,
  repository: GitRepository,
  push: PushParams,
): Promise<BuiltOnce> {
  const order = { operationId: context.operation.id, formation: formation.name };
  const say = (line: string): void => context.line(line);
  // Which of the two it was is not known of a build that an earlier controller began.
  const discard = async (): Promise<void> => {
    await parts.builder.discard(order, say);
    await parts.images.discard(order, say);
  };
  const work = async (signal: AbortSignal): Promise<BuildRecord> => {
    try {
      const onWait = (): void => say('-----> Waiting for another build to end');
      const make = async (): Promise<BuildRecord> => {
        await requireFastForward(repository, push);
        const commit = { operation: context.operation, formation, repository, push };
        return parts.stores.builds.insert(await buildCommit(parts, commit, say, signal));
      };
      return (
        (await parts.stores.builds.byId(context.operation.id)) ?? (await parts.takeTurn(signal, onWait, make))
      );
    } catch (error) {
      // Whoever takes the operation over carries on with its container.
      if (!isHandover(signal.reason)) await discard();
      if (error instanceof BuildFailure)
        throw new OperationFailure(error.message, error.details, { cause: error });
      throw error;
    }
  };
  const built = await context.step(buildStep, turnMs + parts.buildSeconds * 1000 + buildSlackMs, work);
  return { build: built, discarded: discard().catch(() => undefined) };
}

/** What the commit's app.json says of counts: it was valid when the commit was built. */
async function countsOf(
  repository: GitRepository,
  commit: string,
): Promise<Readonly<Record<string, number>>> {
  const { appJson: file } = inspectedFiles;
  if ((await repository.present(commit, [file])).length === 0) return {};
  return parseAppJson(await readText(repository, commit, file)).counts;
}

/**
 * A push that waited while another one moved the ref goes on when it contains that; otherwise it would undo
 * it unseen.
 * @throws UserError
 */
async function requireFastForward(repository: GitRepository, push: PushParams): Promise<void> {
  const current = await repository.refValue(push.ref);
  if (current === undefined || current === push.old || current === push.commit) return;
  if (await repository.isAncestor(current, push.commit)) return;
  throw new UserError(
    `another push was deployed meanwhile (${current.slice(0, 8)}), which this one does not contain: ` +
      `\`git fetch\`, then push again`,
  );
}

/**
 * Operations of a formation run one after the other, and they alone move its refs, under a lock of the
 * database: what is read here stays so.
 */
async function moveRef(repository: GitRepository, { ref, commit, old }: PushParams): Promise<void> {
  try {
    // Most often it is where the pusher saw it.
    await repository.moveRef(ref, commit, /^0+$/.test(old) ? undefined : old);
  } catch {
    const current = await repository.refValue(ref);
    if (current !== commit) await repository.moveRef(ref, commit, current);
  }
}
