import type { BlobStore } from '../../blobs/blob-store.js';
import type { BackupFiles } from '../backup-files.js';
import { withSnapshot, type DatabaseSnapshot, type NamedRelease } from '../database/database-snapshot.js';
import { imageTitle } from '../kept-images.js';

/** A slug, or the archive of a runtime, that is not there with the bytes that its name says. */
export interface LostSlug {
  /** Its key. */
  readonly path: string;
  /** Whose builds name it; the live ones first. */
  readonly releases: readonly NamedRelease[];
}

/** What builds name and what is not there. */
export interface MissingFiles {
  readonly slugs: readonly LostSlug[];
  /** `FORMATION@sha256:...` */
  readonly images: readonly string[];
}

/** Each as people read it: `the slug 0a1b/app.tgz (app v7, which is live; app v6, v5)`. */
export function missingTitles({ slugs, images }: MissingFiles): string[] {
  return [
    ...slugs.map(({ path, releases }) => `the slug ${path}${releasesText(releases)}`),
    ...images.map((name) => `the image ${name}`),
  ];
}

/** Live releases whose slug is lost: `app v7`. */
export function liveWithout({ slugs }: Pick<MissingFiles, 'slugs'>): string[] {
  const live = slugs.flatMap(({ releases }) => releases.filter(({ isLive }) => isLive));
  return [...new Set(live.map(({ formation, version }) => `${formation} v${version}`))];
}

/** Releases of one formation beyond that are counted. */
const maxVersions = 10;

function releasesText(releases: readonly NamedRelease[]): string {
  if (releases.length === 0) return '';
  const live = releases.filter(({ isLive }) => isLive);
  const others = new Map<string, number[]>();
  for (const { formation, version } of releases.filter(({ isLive }) => !isLive))
    others.set(formation, [...(others.get(formation) ?? []), version]);
  const clauses = [
    ...live.map(({ formation, version }) => `${formation} v${version}, which is live`),
    ...[...others].map(([formation, versions]) => `${formation} ${versionsText(versions)}`),
  ];
  return ` (${clauses.join('; ')})`;
}

function versionsText(versions: readonly number[]): string {
  const named = versions.slice(0, maxVersions).map((version) => `v${version}`);
  const more = versions.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** What builds of a database name and files lack. */
export function missingIn(files: BackupFiles, databaseUrl: string): Promise<MissingFiles> {
  const { slugs } = { ...files.listed, ...files.rooms };
  return withSnapshot(databaseUrl, async (snapshot) => ({
    slugs: await lostSlugs(await missingSlugs(slugs, snapshot), snapshot),
    images: await missingImages(files, snapshot),
  }));
}

/** These, with the releases that name them. @param paths keys */
export async function lostSlugs(paths: readonly string[], snapshot: DatabaseSnapshot): Promise<LostSlug[]> {
  const releases = await snapshot.releasesOf(paths);
  return paths.map((path) => ({ path, releases: releases.get(path) ?? [] }));
}

/** Keys of slugs that a store does not have. */
export async function missingSlugs(
  store: BlobStore | undefined,
  snapshot: DatabaseSnapshot,
): Promise<string[]> {
  const missing: string[] = [];
  for (const path of await snapshot.keptPaths())
    if ((await store?.stat(path)) === undefined) missing.push(path);
  return missing;
}

/** Images that the registry of this host does not have whole; none where others have them. */
export async function missingImages(
  { registry, imagesAt }: Pick<BackupFiles, 'registry' | 'imagesAt'>,
  snapshot: DatabaseSnapshot,
): Promise<string[]> {
  if (imagesAt !== undefined) return [];
  const missing: string[] = [];
  for (const image of await snapshot.keptImages())
    if (!(await registry.has(image))) missing.push(imageTitle(image));
  return missing;
}
