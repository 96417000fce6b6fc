import type { BlobStore } from '../blobs/blob-store.js';
import type { BackupFiles } from './backup-files.js';
import { withSnapshot, type DatabaseSnapshot } from './database/database-snapshot.js';
import { imageTitle } from './kept-images.js';

/** What builds name and what is not there. */
export interface MissingFiles {
  /** Their keys, and those of runtimes. */
  readonly slugs: readonly string[];
  /** `FORMATION@sha256:...` */
  readonly images: readonly string[];
}

/** Each as people read it: `the slug 0a1b/app.tgz`. */
export function missingTitles({ slugs, images }: MissingFiles): string[] {
  return [...slugs.map((path) => `the slug ${path}`), ...images.map((name) => `the image ${name}`)];
}

/** What builds of a database name and files lack. */
export function missingIn(files: BackupFiles, databaseUrl: string): Promise<MissingFiles> {
  const { slugs } = { ...files.listed, ...files.rooms };
  return withSnapshot(databaseUrl, async (snapshot) => ({
    slugs: await missingSlugs(slugs, snapshot),
    images: await missingImages(files, snapshot),
  }));
}

/** Slugs that a store does not have. */
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
