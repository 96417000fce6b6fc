import type { GitRepository } from '../git/repository/git-repository.js';
import { splitRecords } from '../git/repository/source-size.js';

/** Paths that are told. */
const maxTold = 3;
/** Characters of each. */
const maxShown = 200;
/** So many entries of a commit are looked at. */
const maxEntries = 100_000;
/** The pointers of Git LFS have about 130 bytes, and are shorter than this by its specification. */
const maxPointerBytes = 1024;
/** Files of that size that are opened to see whether they are pointers. */
const maxOpened = 50;

/** What each pointer of Git LFS begins with. */
export const lfsPointer = 'version https://git-lfs.github.com/spec/';

/** What a commit holds that only points to files elsewhere; a few paths of each. */
export interface Pointers {
  readonly submodules: string[];
  readonly lfsFiles: string[];
}

/**
 * Looks for submodules, and for files of Git LFS where the commit says that it has some. What lies behind the
 * first 100,000 entries is not seen.
 */
export async function findPointers(
  repository: GitRepository,
  commit: string,
  usesLfs: boolean,
): Promise<Pointers> {
  const found: Pointers = { submodules: [], lfsFiles: [] };
  const stop = new AbortController();
  const records = repository.entries(commit, stop.signal);
  let [entries, opened] = [0, 0];
  try {
    for await (const record of splitRecords(records)) {
      entries += 1;
      if (entries > maxEntries) break;
      const { type, id, bytes, path } = parseRecord(record.toString());
      if (type === 'commit' && found.submodules.length < maxTold) found.submodules.push(path);
      const mayPoint = usesLfs && type === 'blob' && bytes > 0 && bytes < maxPointerBytes;
      if (!mayPoint || opened >= maxOpened || found.lfsFiles.length >= maxTold) continue;
      opened += 1;
      if ((await repository.fileText(id)).startsWith(lfsPointer)) found.lfsFiles.push(path);
    }
  } finally {
    stop.abort();
  }
  return found;
}

function parseRecord(record: string): { type: string; id: string; bytes: number; path: string } {
  const tab = record.indexOf('\t');
  const [, type = '', id = '', size = '-'] = record.slice(0, tab).split(/ +/);
  return { type, id, bytes: Number(size) || 0, path: record.slice(tab + 1, tab + 1 + maxShown) };
}
