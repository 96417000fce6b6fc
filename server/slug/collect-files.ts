import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Blob, BlobStore } from '../blobs/blob-store.js';
import { removeUnused } from '../blobs/remove-unused.js';
import type { FormationDirs } from './remove-formation-files.js';
import { aheadNote, isRuntimeName } from './runtime-name.js';
import type { SavedSlug } from './slug-files.js';

/** What is there for somebody. */
export interface NeededFiles {
  /** Slugs and packed runtimes, by their keys in the store. */
  readonly paths: ReadonlySet<string>;
  /** Names. */
  readonly formations: ReadonlySet<string>;
}

export interface CollectFilesOptions {
  /** Asked when the files have been listed: what is recorded between the two is known. */
  readonly needed: () => Promise<NeededFiles>;
  /** What was written or used since then may belong to a push under way, which has recorded nothing yet. */
  readonly unusedSince: Date;
}

/**
 * Removes slugs and runtimes that nobody needs, whoever made them, and repositories and caches of formations
 * that are gone from this host. Resolves to the slugs and runtimes that were removed. Safe to repeat, and by
 * several hosts on one store.
 */
export async function collectFiles(
  places: FormationDirs,
  slugs: BlobStore,
  { needed, unusedSince }: CollectFilesOptions,
): Promise<string[]> {
  const present = {
    slugs: await slugsIn(slugs),
    repos: await namesIn(places.repos),
    caches: await foldersIn(places.caches),
    imageCaches: await foldersIn(places.imageCaches),
  };
  const { paths, formations } = await needed();
  const ahead = await notedPath(join(places.runtimes, aheadNote));
  const isOld = async (path: string): Promise<boolean> =>
    stat(path).then(
      ({ mtime }) => mtime < unusedSince,
      () => false,
    );
  const strays = present.slugs.filter(
    ({ key, usedAt }) => usedAt < unusedSince && !paths.has(key) && key !== ahead,
  );
  const gone = await removeUnused(slugs, strays, unusedSince, async (path) => {
    const aside = await takeAside(places.runtimes, path, isOld);
    await slugs.remove(path);
    if (aside !== undefined) await rm(aside, { recursive: true, force: true });
  });
  const repos = present.repos
    .filter((name) => name.endsWith('.git') && !formations.has(basename(name, '.git')))
    .map((name) => join(places.repos, name));
  const caches = [...present.caches, ...present.imageCaches].filter(
    (path) => !formations.has(basename(path)),
  );
  for (const folder of [...repos, ...caches])
    if (await isOld(folder)) await rm(folder, { recursive: true, force: true });
  return gone;
}

/**
 * A runtime lies unpacked for builds, too; what says that it is whole goes first. All at once, because
 * removing it takes a while, in which it may be asked for anew. One that has been packed into another archive
 * since stays.
 */
async function takeAside(
  runtimes: string,
  path: string,
  isOld: (path: string) => Promise<boolean>,
): Promise<string | undefined> {
  const name = basename(path, '.tgz');
  if (!isRuntimeName(name)) return undefined;
  const [tree, note, aside] = [
    join(runtimes, name),
    join(runtimes, `${name}.json`),
    join(runtimes, `.incoming-${randomUUID()}`),
  ];
  const packed = await notedPath(note);
  if (packed === undefined ? !(await isOld(tree)) : packed !== path) return undefined;
  await rm(note, { force: true });
  return rename(tree, aside).then(
    () => aside,
    () => undefined,
  );
}

/** The path of the SavedSlug in a file. */
async function notedPath(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8')
    .then((text) => (JSON.parse(text) as SavedSlug).path)
    .catch(() => undefined);
}

/** All slugs and packed runtimes. */
async function slugsIn(store: BlobStore): Promise<Blob[]> {
  const found: Blob[] = [];
  for await (const blob of store.list()) if (/^[0-9a-f]{64}\/[^/]+\.tgz$/.test(blob.key)) found.push(blob);
  return found;
}

async function foldersIn(folder: string): Promise<string[]> {
  return (await namesIn(folder)).map((name) => join(folder, name));
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => !name.startsWith('.'));
}
