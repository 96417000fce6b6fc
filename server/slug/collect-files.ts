import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FormationPlaces } from './remove-formation-files.js';

export interface CollectFilesOptions {
  /** Paths below the slugs' folder that nobody needs. */
  readonly paths: readonly string[];
  /** Formations that there are. */
  readonly formations: ReadonlySet<string>;
  /** What is younger may be in use by a push under way. */
  readonly graceMs: number;
  readonly now: Date;
}

/** Removes slugs and runtimes that nobody needs, and repositories and caches of formations that are gone. Resolves to the paths that were removed. */
export async function collectFiles(places: FormationPlaces, { paths, formations, graceMs, now }: CollectFilesOptions): Promise<string[]> {
  const isOld = async (path: string): Promise<boolean | undefined> => stat(path).then(({ mtimeMs }) => now.getTime() - mtimeMs > graceMs, () => undefined);
  const gone: string[] = [];
  for (const path of paths) {
    const file = join(places.slugs, path);
    if (!(await isOld(file))) continue;
    await rm(file, { force: true });
    await rmdir(dirname(file)).catch(() => undefined);
    // A runtime lies unpacked for builds, too; what says that it is whole goes first.
    const name = basename(path, '.tgz');
    await rm(join(places.runtimes, `${name}.json`), { force: true });
    await rm(join(places.runtimes, name), { recursive: true, force: true });
    gone.push(path);
  }
  for (const [folder, suffix] of [[places.repos, '.git'], [places.caches, '']] as const) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (name.startsWith('.') || !name.endsWith(suffix) || formations.has(name.slice(0, name.length - suffix.length))) continue;
      if (await isOld(join(folder, name))) await rm(join(folder, name), { recursive: true, force: true });
    }
  }
  return gone;
}
