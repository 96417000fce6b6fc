import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { buildTurns } from '../../builder/build-turns.js';
import { buildDirs, DiskWatermark } from '../../builder/containers/disk-watermark.js';
import { spoolFolder } from '../../blobs/spool-folder.js';
import { RepositoryBundles } from '../../git/bundles/repository-bundles.js';
import { GitProgram } from '../../git/repository/git-program.js';
import { GitRepositories } from '../../git/repository/git-repository.js';
import { installPushHooks } from '../../git/push/push-hooks.js';
import { clearBuildCache } from '../../builder/clear-build-cache.js';
import { importBuild } from '../../builder/import/import-build.js';
import { trustedAuthorities } from '../../builder/toolchains/fetch-file.js';
import { RemoteNetworks } from '../../remote/remote-networks.js';
import { RemoteSource } from '../../remote/remote-source.js';
import { importBuildKind } from '../../formation/requests/kinds/import-build.js';
import { clearBuildCacheKind } from '../../formation/requests/kinds/clear-build-cache.js';
import { pushKind } from '../../formation/requests/kinds/push.js';
import { recordPush } from '../../builder/record-push.js';
import { RepositoryQuota } from '../../git/repository/repository-quota.js';
import type { FormationParts } from '../../formation/context/formation-parts.js';
import { createLauncher } from '../../formation/push-release.js';
import type { ImageRegistry } from '../../registry/image-registry.js';
import type { OperationHandler } from '../../operation/operation-context.js';
import type { Settings } from '../../settings/settings.js';
import { formationDirs } from '../../slug/remove-formation-files.js';
import { SlugFiles } from '../../slug/slug-files.js';
import { stackImage } from '../../stack-image.js';
import { gibibyte, maxSlugBytes, now } from '../constants.js';
import type { Base } from '../open-base.js';
import { imageBuilder } from './image-builder.js';
import { buildCaches, slugBuilder } from './slug-builder.js';

/** Between the arrival of a push and its operation there are seconds. */
const keepSeconds = 600;
/** Of a generated variable: 64 digits of hex. */
const secretBytes = 32;
const roomMs = 300_000;

/** What those who receive pushes and those who carry them out both work with. */
export interface PushParts {
  readonly repositories: GitRepositories;
  /** Where hosts share no folder. */
  readonly bundles: RepositoryBundles | undefined;
  readonly disk: DiskWatermark;
  readonly quota: RepositoryQuota;
}

/** Finds git and the place for repositories. @throws UserError when the host's git is missing or too old */
export async function openPushParts(
  settings: Settings,
  { stores, blobs }: Base,
  docker: Docker,
): Promise<PushParts> {
  const { dataDir, repositoryBytes } = settings;
  const hooks = join(dataDir, 'git', 'hooks');
  const program = new GitProgram('git', {
    'core.hooksPath': hooks,
    'receive.maxInputSize': String(repositoryBytes),
  });
  await program.check();
  await installPushHooks(hooks);
  const repositories = new GitRepositories(formationDirs(dataDir).repos, program);
  const spool = spoolFolder(dataDir);
  return {
    repositories,
    bundles:
      blobs.kind === 's3'
        ? new RepositoryBundles({ repositories, stores, blobs: blobs.bundles, spool })
        : undefined,
    disk: new DiskWatermark(buildDirs(dataDir, docker), gibibyte),
    quota: new RepositoryQuota({ maxBytes: repositoryBytes, keepSeconds, everyMs: roomMs, now }),
  };
}

/** What carries out `push` operations, and those on what builds keep. */
export async function buildHandlers(
  settings: Settings,
  base: Base,
  formation: FormationParts,
  { repositories, bundles, disk }: PushParts,
  docker: Docker,
  registry: ImageRegistry,
): Promise<Readonly<Record<string, OperationHandler>>> {
  const caches = buildCaches(settings, base, docker);
  const builder = await slugBuilder(settings, base, docker, disk, caches.slugs);
  const push = recordPush({
    stores: base.stores,
    repositories,
    bundles,
    builder,
    images: imageBuilder(settings, base, docker, { disk, caches: caches.images, registry }),
    launcher: createLauncher(formation),
    takeTurn: buildTurns(settings.build.atOnce),
    buildSeconds: settings.build.seconds,
    newSecret: () => randomBytes(secretBytes).toString('hex'),
  });
  return {
    [pushKind.name]: push,
    [importBuildKind.name]: importHandler(settings, base, formation, disk, docker),
    [clearBuildCacheKind.name]: clearBuildCache([caches.slugs, caches.images]),
  };
}

/** What fetches slugs that were built elsewhere. */
function importHandler(
  { caBundle, slugSources, suite }: Settings,
  { stores, blobs }: Base,
  formation: FormationParts,
  disk: DiskWatermark,
  docker: Docker,
): OperationHandler {
  return importBuild({
    stores,
    source: new RemoteSource({
      networks: new RemoteNetworks(slugSources),
      authorities: () => trustedAuthorities(caBundle ?? null),
      what: 'slugs',
      setting: 'DEIS_SLUG_SOURCES',
      field: 'url',
    }),
    slugs: new SlugFiles(blobs.slugs),
    disk,
    launcher: createLauncher(formation),
    stackImage: () => stackImage(docker, suite),
    maxSlugBytes,
  });
}
