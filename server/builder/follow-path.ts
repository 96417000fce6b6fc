import type { GitRepository, TreeEntry } from '../git/repository/git-repository.js';

/** What a path of a commit leads to, once links have been followed. */
export type PathEnd =
  | { readonly kind: 'file'; readonly id: string; readonly bytes: number }
  | { readonly kind: 'folder' | 'submodule' }
  /** A link that leads out of the repository, in a circle, or to what is not in the commit. */
  | { readonly kind: 'outside' | 'circle' | 'nowhere' };

const link = '120000';
/** As many as Linux follows, and more folders and links on the way than anybody has. */
const maxLinks = 40;
const maxSteps = 100;
/** PATH_MAX of Linux. */
const maxTarget = 4096;

/**
 * Follows a path through the links of a commit as a file system would, and never out of the commit. (`git
 * cat-file --follow-symlinks` takes the `.` of `./a` for a name.) `root`: what is at the commit's root, where that is
 * known.
 */
export async function followPath(
  repository: GitRepository,
  commit: string,
  path: string,
  root?: ReadonlyMap<string, TreeEntry>,
): Promise<PathEnd> {
  /** Where we are, in folders that are no links. */
  const place: string[] = [];
  const ahead = path.split('/');
  let links = 0;
  for (let steps = 0; steps < maxSteps; steps += 1) {
    const name = nextName(ahead, place);
    if (name === undefined) return { kind: 'folder' };
    if (name === '..') return { kind: 'outside' };
    const entry = await entryAt(repository, commit, [...place, name], root);
    if (entry === undefined) return { kind: 'nowhere' };
    if (entry.type === 'tree') place.push(name);
    else if (entry.mode === link) {
      const target = entry.bytes > maxTarget ? '' : await repository.fileText(entry.id);
      if (target === '' || target.includes('\0')) return { kind: 'nowhere' };
      if (target.startsWith('/')) return { kind: 'outside' };
      if ((links += 1) > maxLinks) return { kind: 'circle' };
      ahead.unshift(...target.split('/'));
    } else if (ahead.length > 0) return { kind: 'nowhere' };
    else if (entry.type === 'commit') return { kind: 'submodule' };
    else return { kind: 'file', id: entry.id, bytes: entry.bytes };
  }
  return { kind: 'circle' };
}

/** Without asking git where it is at the root, and that is known. */
async function entryAt(
  repository: GitRepository,
  commit: string,
  path: readonly string[],
  root: ReadonlyMap<string, TreeEntry> | undefined,
): Promise<TreeEntry | undefined> {
  const isKnown = root !== undefined && path.length === 1;
  return isKnown ? root.get(path[0]!) : repository.entry(commit, path.join('/'));
}

/** Takes the next name that has to be looked up; `..` when that leads out, undefined when there is none left. */
function nextName(ahead: string[], place: string[]): string | undefined {
  for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
    if (name === '' || name === '.') continue;
    if (name !== '..' || place.length === 0) return name;
    place.pop();
  }
  return undefined;
}
