import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoriesIn } from './registry-storage.js';

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
  /** What was sent or touched since may belong to a push under way, which has recorded nothing yet, or to a backup. */
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
  /** Or touched. */
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
  const repositories = repositoriesIn(folder);
  const present = (
    await Promise.all((await namesIn(repositories)).map((each) => imagesIn(repositories, each)))
  )
    .flat()
    .filter(({ sentAt }) => sentAt < unusedSince);
  if (present.length === 0) return [];
  const { formations, images } = await needed();
  const unneeded = present.filter(({ repository, id }) => images.get(repository)?.has(id) !== true);
  const gone: TaggedImage[] = [];
  for (const image of unneeded) {
    // A backup may have begun to read it while others were removed.
    const now = await imageIn(repositories, image.repository, image.id);
    if (now === undefined || now.sentAt >= unusedSince) continue;
    await remove(image.repository, image.manifest, signal);
    gone.push(image);
  }
  const left = new Set(gone.map(({ repository }) => repository).filter((name) => !formations.has(name)));
  for (const name of left)
    if ((await imagesIn(repositories, name)).length === 0)
      await rm(join(repositories, name), { recursive: true, force: true });
  if (gone.length > 0) await sweep(signal);
  return gone.map(({ id }) => id);
}

async function imagesIn(repositories: string, repository: string): Promise<TaggedImage[]> {
  const found: TaggedImage[] = [];
  for (const tag of await namesIn(join(repositories, repository, '_manifests/tags'))) {
    const image = await imageIn(repositories, repository, `sha256:${tag}`);
    if (image !== undefined) found.push(image);
  }
  return found;
}

async function imageIn(
  repositories: string,
  repository: string,
  id: string,
): Promise<TaggedImage | undefined> {
  const tag = id.slice('sha256:'.length);
  const link = join(repositories, repository, '_manifests/tags', tag, 'current/link');
  const [manifest, stats] = await Promise.all([
    readFile(link, 'utf8').catch(() => undefined),
    stat(link).catch(() => undefined),
  ]);
  if (manifest === undefined || stats === undefined) return undefined;
  return { repository, id, manifest: manifest.trim(), sentAt: stats.mtime };
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
