import { UserError } from '../../../base/errors.js';
import { shownUrl, type RemoteSource } from '../../remote/remote-source.js';
import { importBuildKind, type ImportParams } from '../../formation/requests/kinds/import-build.js';
import type { OperationContext, OperationHandler } from '../../operation/operation-context.js';
import type { SlugFiles } from '../../slug/slug-files.js';
import type { BuildRecord } from '../../store/app/builds/build-store.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { Stores } from '../../store/stores.js';
import type { DiskWatermark } from '../containers/disk-watermark.js';
import { formationOf, sayWhereItRuns, type Launcher } from '../release-of-build.js';
import { requireGzip } from './require-gzip.js';

export interface ImportBuildParts {
  readonly stores: Stores;
  readonly source: Pick<RemoteSource, 'open'>;
  readonly slugs: Pick<SlugFiles, 'save'>;
  readonly disk: Pick<DiskWatermark, 'refusal'>;
  readonly launcher: Launcher;
  /** The present stack image's name with digest: what the slug will run on. */
  readonly stackImage: () => Promise<{ readonly reference: string }>;
  readonly maxSlugBytes: number;
}

/** What the largest slug takes over a slow line. */
const fetchMs = 900_000;

/**
 * Carries out `import-build` operations: fetches the slug and verifies it, records it as a build, cuts the
 * release, deploys it. Each part finds what an earlier attempt did.
 */
export function importBuild(parts: ImportBuildParts): OperationHandler {
  return async (context) => {
    const wanted = importBuildKind.read(context.operation);
    const formation = await formationOf(parts.stores, context);
    const build = await context.step(
      'fetch',
      fetchMs,
      async (signal) =>
        (await parts.stores.builds.byId(context.operation.id)) ??
        (await fetchBuild(parts, context, formation, wanted, signal)),
    );
    const release = await parts.launcher.cutRelease(formation, build, {});
    const { state } = await parts.launcher.deploy(context, release.id);
    if (state === 'live') await sayWhereItRuns(parts, context, formation, release.version);
    return { release: release.version, state, sha256: wanted.sha256 };
  };
}

async function fetchBuild(
  { stores, source, slugs, disk, stackImage, maxSlugBytes }: ImportBuildParts,
  context: OperationContext,
  formation: FormationRecord,
  { url, sha256, procfile, commit }: ImportParams,
  signal: AbortSignal,
): Promise<BuildRecord> {
  const full = await disk.refusal();
  if (full !== undefined) throw new UserError(full);
  context.line(`-----> Fetching ${shownUrl(new URL(url))}`);
  const body = requireGzip((await source.open(url, signal)).body);
  const slug = await slugs.save(body, formation.name, maxSlugBytes, sha256);
  context.line(`       ${Math.ceil(slug.size / 1024 ** 2)} MB, with the sha256 that was said`);
  return stores.builds.insert({
    kind: 'slug',
    id: context.operation.id,
    formationId: formation.id,
    createdBy: context.operation.requestedBy,
    gitCommit: commit ?? sha256,
    slugPath: slug.path,
    slugSha256: slug.sha256,
    slugSize: slug.size,
    procfile,
    image: (await stackImage()).reference,
    buildpack: 'built elsewhere',
    runtimes: [],
  });
}
