import { UserError } from '../../cookbooks/errors.js';
import type { OperationContext, OperationHandler } from '../operation/operation-context.js';
import { isHandover } from '../operation/operation-errors.js';
import type { BuildRecord } from '../store/build-store.js';
import type { FormationRecord } from '../store/formation-store.js';
import type { ReleaseRecord } from '../store/release-store.js';
import type { Stores } from '../store/stores.js';
import type { SlugBuilder } from './build-slug.js';
import type { TakeTurn } from './build-turns.js';
import type { GitRepositories, GitRepository } from './git-repository.js';
import { planBuild } from './plan-build.js';
import { pushParams, type PushParams } from './push-params.js';
import { readAppSource } from './read-app-source.js';

/** What a push needs of the formation's side: release and deploy, see server/formation. */
export interface Launcher {
  /** A new pending release of this build with the newest config. */
  cutRelease(input: { readonly formationId: number; readonly buildId: string; readonly createdBy: number | null; readonly summary: string }): Promise<ReleaseRecord>;
  /**
   * Makes the release live, or resolves with what is in the way of that (no runtime nodes yet): lines for the pusher.
   * Safe to repeat. @throws when it fails; the old release then serves as before
   */
  deploy(context: OperationContext, release: ReleaseRecord): Promise<{ readonly live: boolean; readonly lines: readonly string[] }>;
}

export interface RecordPushParts {
  readonly stores: Stores;
  readonly repositories: GitRepositories;
  readonly builder: Pick<SlugBuilder, 'build' | 'discard'>;
  readonly launcher: Launcher;
  readonly takeTurn: TakeTurn;
  readonly buildSeconds: number;
}

/** Beside the build itself: fetching Node.js, packing, taking the slug out. */
const buildSlackMs = 300_000;
const refDeadlineMs = 60_000;

/**
 * Carries out `push` operations. This is the order: build, record the build, cut the release, deploy it, move the ref. Each part finds
 * what an earlier attempt did: build and operation have the same id, a release is known by its build, a ref by where it points.
 */
export function recordPush(parts: RecordPushParts): OperationHandler {
  return async (context) => {
    const push = pushParams(context.operation);
    const formation = await formationOf(parts.stores, context);
    const repository = await parts.repositories.open(formation.name);
    const build = await buildOnce(parts, context, formation, repository, push);
    const release = await releaseOnce(parts, context, formation, build, push);
    const { live, lines } = await parts.launcher.deploy(context, release);
    await context.step('ref', refDeadlineMs, () => moveRef(repository, push));
    for (const line of [`-----> ${formation.name} v${release.version} ${live ? 'is live' : 'is released'}`, ...lines]) context.line(line);
    return { release: release.version, live, commit: push.commit };
  };
}

async function formationOf(stores: Stores, context: OperationContext): Promise<FormationRecord> {
  const { formationId, formationName } = context.operation;
  const formation = formationId === null ? undefined : await stores.formations.byId(formationId);
  if (formation === undefined || formation.destroying) throw new UserError(`${formationName} is gone`);
  return formation;
}

async function buildOnce(parts: RecordPushParts, context: OperationContext, formation: FormationRecord, repository: GitRepository, push: PushParams): Promise<BuildRecord> {
  const work = async (signal: AbortSignal): Promise<BuildRecord> => {
    try {
      return (await parts.stores.builds.byId(context.operation.id)) ?? (await build(parts, context, formation, repository, push, signal));
    } finally {
      // Whoever takes the operation over carries on with its container.
      if (!isHandover(signal.reason)) await parts.builder.discard(context.operation.id);
    }
  };
  return parts.takeTurn(
    () => context.line('-----> Waiting for another build to end'),
    () => context.step('build', parts.buildSeconds * 1000 + buildSlackMs, work),
  );
}

async function build(parts: RecordPushParts, context: OperationContext, formation: FormationRecord, repository: GitRepository, push: PushParams, signal: AbortSignal): Promise<BuildRecord> {
  const { id, requestedBy } = context.operation;
  await requireFastForward(repository, push);
  const plan = planBuild(await readAppSource(repository, push.commit));
  for (const line of [`-----> ${plan.title} app detected`, ...plan.notes.map((note) => `       ${note}`)]) context.line(line);
  const config = (await parts.stores.configs.newest(formation.id))?.values ?? {};
  const { slug, image } = await parts.builder.build({ operationId: id, formation: formation.name, repository, commit: push.commit, plan, config }, (line) => context.line(line), signal);
  return parts.stores.builds.insert({
    id,
    formationId: formation.id,
    createdBy: requestedBy,
    gitCommit: push.commit,
    slugPath: slug.path,
    slugSha256: slug.sha256,
    slugSize: slug.size,
    procfile: plan.procfile,
    image,
    buildpack: plan.buildpack,
  });
}

async function releaseOnce(parts: RecordPushParts, context: OperationContext, formation: FormationRecord, build: BuildRecord, push: PushParams): Promise<ReleaseRecord> {
  const ofBuild = (await parts.stores.releases.ofFormation(formation.id)).filter((release) => release.buildId === build.id);
  // Config changes make further releases of the build; ours is the first.
  const known = ofBuild.at(-1);
  if (known?.state === 'failed') throw new UserError(known.reason ?? `release v${known.version} failed`);
  return known ?? parts.launcher.cutRelease({ formationId: formation.id, buildId: build.id, createdBy: context.operation.requestedBy, summary: `Deploy ${push.commit.slice(0, 8)}` });
}

/**
 * A push that waited while another one moved the ref goes on when it contains that; otherwise it would undo it unseen.
 * @throws UserError
 */
async function requireFastForward(repository: GitRepository, push: PushParams): Promise<void> {
  const current = await repository.refValue(push.ref);
  if (current === undefined || current === push.old || current === push.commit) return;
  if (await repository.isAncestor(current, push.commit)) return;
  throw new UserError(`another push was deployed meanwhile (${current.slice(0, 8)}), which this one does not contain: \`git fetch\`, then push again`);
}

/** Operations of a formation run one after the other, and they alone move its refs: what is read here stays so. */
async function moveRef(repository: GitRepository, push: PushParams): Promise<void> {
  const current = await repository.refValue(push.ref);
  if (current !== push.commit) await repository.moveRef(push.ref, push.commit, current);
}
