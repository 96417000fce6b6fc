import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What is there for somebody. */
export interface NeededImages {
  /** Names of formations; their repositories are called as they are. */
  readonly formations: ReadonlySet<string>;
  /** Ids of images (`sha256:...`), by the formation's name. */
  readonly images: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface CollectImagesOptions {
  /** Where the registry keeps its images. */
  readonly folder: string;
  /** Asked when the images have been listed: what is recorded between the two is known. */
  readonly needed: () => Promise<NeededImages>;
  /** What was sent since then may belong to a push under way, which has recorded nothing yet. */
  readonly unusedSince: Date;
  /** Removes an image from its repository. */
  readonly remove: (repository: string, manifest: string, signal: AbortSignal) => Promise<void>;
  /** Removes the parts that no image needs. */
  readonly sweep: (signal: AbortSignal) => Promise<void>;
}

interface TaggedImage {
  readonly repository: string;
  /** `sha256:...`: an image's tag is its id. */
  readonly id: string;
  /** Digest of its manifest. */
  readonly manifest: string;
  readonly sentAt: Date;
}

/**
 * Removes from the registry the images that no kept build needs, and with them the parts that no other image
 * has. Resolves to the ids. Nobody may write manifests meanwhile. Safe to repeat.
 */
export async function collectImages(
  { folder, needed, unusedSince, remove, sweep }: CollectImagesOptions,
  signal: AbortSignal,
): Promise<string[]> {
  const repositories = join(folder, 'docker/registry/v2/repositories');
  const present = (
    await Promise.all((await namesIn(repositories)).map((each) => imagesIn(repositories, each)))
  )
    .flat()
    .filter(({ sentAt }) => sentAt < unusedSince);
  if (present.length === 0) return [];
  const { formations, images } = await needed();
  const unneeded = present.filter(({ repository, id }) => images.get(repository)?.has(id) !== true);
  for (const { repository, manifest } of unneeded) await remove(repository, manifest, signal);
  const left = new Set(unneeded.map(({ repository }) => repository).filter((name) => !formations.has(name)));
  for (const name of left) await rm(join(repositories, name), { recursive: true, force: true });
  if (unneeded.length > 0) await sweep(signal);
  return unneeded.map(({ id }) => id);
}

async function imagesIn(repositories: string, repository: string): Promise<TaggedImage[]> {
  const tags = join(repositories, repository, '_manifests/tags');
  const found: TaggedImage[] = [];
  for (const tag of await namesIn(tags)) {
    const link = join(tags, tag, 'current/link');
    const [manifest, stats] = await Promise.all([
      readFile(link, 'utf8').catch(() => undefined),
      stat(link).catch(() => undefined),
    ]);
    if (manifest !== undefined && stats !== undefined)
      found.push({ repository, id: `sha256:${tag}`, manifest: manifest.trim(), sentAt: stats.mtime });
  }
  return found;
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
