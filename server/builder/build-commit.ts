import { UserError } from '../../base/errors.js';
import { appImageName } from '../../cookbooks/deis/definitions/app-image-name.js';
import { knownBuildpacks } from '../formation/buildpacks/known-buildpacks.js';
import type { PushParams } from '../formation/requests/kinds/push.js';
import type { GitRepository } from '../git/repository/git-repository.js';
import type { OperationRecord } from '../store/operations/operation-store.js';
import type { NewBuild } from '../store/app/builds/build-store.js';
import type { FormationRecord } from '../store/app/formation-store.js';
import type { Stores } from '../store/stores.js';
import { applyEnv } from './apply-manifest.js';
import type { SlugBuilder } from './build-slug.js';
import type { ImageBuilder } from './dockerfile/image-builder.js';
import type { AppManifest } from './plan/app-json.js';
import type { AppSource } from './plan/app-source.js';
import { buildpackNames, planBuild, type PlanSetting } from './plan/plan-build.js';
import { exposedPort, planImage, type ImagePlan } from './plan/plan-image.js';
import { readAppSource } from './read-app-source.js';

export interface BuildCommitParts {
  readonly stores: Stores;
  readonly builder: Pick<SlugBuilder, 'build'>;
  /** Builds Dockerfiles. */
  readonly images: Pick<ImageBuilder, 'build'>;
  readonly newSecret: () => string;
}

/** A pushed commit, of an operation. */
export interface CommitToBuild {
  readonly operation: Pick<OperationRecord, 'id' | 'requestedBy'>;
  readonly formation: FormationRecord;
  readonly repository: GitRepository;
  readonly push: PushParams;
}

type Say = (line: string) => void;
type Config = Readonly<Record<string, string>>;

/** Digits of an image's id in its name. */
const tagLength = 12;

/**
 * Builds a commit: an image where it has a Dockerfile and nobody has set buildpacks, else a slug. Tells what is
 * to be recorded. @throws UserError, of a build that failed a BuildFailure
 */
export async function buildCommit(
  parts: BuildCommitParts,
  order: CommitToBuild,
  say: Say,
  signal: AbortSignal,
): Promise<NewBuild> {
  const { formation, repository, push } = order;
  const source = await readAppSource(repository, push.commit);
  const setting = {
    config: (await parts.stores.configs.present(formation.id))?.values ?? {},
    buildpacks: await parts.stores.buildpacks.ofFormation(formation.id),
    known: await knownBuildpacks(parts.stores),
  };
  await requireDockerfile(order);
  const image = planImage(source, setting, push.dockerfile);
  return image === undefined
    ? buildSlug(parts, order, { source, setting }, say, signal)
    : buildImage(parts, order, image, say, signal);
}

/** @throws UserError when the push names a Dockerfile that is not there */
async function requireDockerfile({ repository, push: { commit, dockerfile } }: CommitToBuild): Promise<void> {
  if (dockerfile === undefined || (await repository.present(commit, [dockerfile])).length > 0) return;
  throw new UserError(`there is no ${dockerfile} in what was pushed`, { field: 'dockerfile' });
}

async function buildSlug(
  parts: BuildCommitParts,
  order: CommitToBuild,
  { source, setting }: { readonly source: AppSource; readonly setting: PlanSetting },
  say: Say,
  signal: AbortSignal,
): Promise<NewBuild> {
  const plan = planBuild(source, setting);
  const config = await introduce(parts, order, plan, say);
  const { slug, image, runtimes, processes } = await parts.builder.build(
    { ...orderOf(order), plan, config },
    say,
    signal,
  );
  return {
    kind: 'slug',
    ...recorded(order, plan),
    slugPath: slug.path,
    slugSha256: slug.sha256,
    slugSize: slug.size,
    procfile: processes,
    image,
    buildpack: buildpackNames(plan),
    runtimes,
  };
}

/** Config reaches no image: it is only looked whether app.json has all that it asks for. */
async function buildImage(
  parts: BuildCommitParts,
  order: CommitToBuild,
  plan: ImagePlan,
  say: Say,
  signal: AbortSignal,
): Promise<NewBuild> {
  await introduce(parts, order, plan, say);
  const { dockerfile, processes } = plan;
  const { id, size, settings } = await parts.images.build({ ...orderOf(order), dockerfile }, say, signal);
  const exposed = Object.keys(settings.ExposedPorts ?? {});
  const port = exposedPort(exposed);
  if (port !== null) say(`       It EXPOSEs ${exposed.join(', ')}: requests go to port ${port}`);
  return {
    kind: 'image',
    ...recorded(order, plan),
    reference: `${appImageName(order.formation.name)}:${id.replace('sha256:', '').slice(0, tagLength)}`,
    digest: id,
    port,
    size,
    procfile: processes,
    buildpack: dockerfile,
  };
}

/** Says what was found, and gives a first build what its app.json asks for. Resolves to the config. */
async function introduce(
  parts: BuildCommitParts,
  { formation, operation }: CommitToBuild,
  plan: { readonly heading: string; readonly notes: readonly string[]; readonly manifest?: AppManifest },
  say: Say,
): Promise<Config> {
  for (const line of [`-----> ${plan.heading}`, ...plan.notes.map((note) => `       ${note}`)]) say(line);
  return applyEnv(parts, formation, { say, createdBy: operation.requestedBy }, plan.manifest);
}

function orderOf({ operation, formation, repository, push }: CommitToBuild) {
  return { operationId: operation.id, formation: formation.name, repository, commit: push.commit };
}

function recorded({ operation, formation, push }: CommitToBuild, { manifest }: Pick<ImagePlan, 'manifest'>) {
  return {
    id: operation.id,
    formationId: formation.id,
    createdBy: operation.requestedBy,
    gitCommit: push.commit,
    postdeploy: manifest?.postdeploy ?? null,
  };
}
