import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { writeDurably } from '../blobs/durable-file.js';
import type { GitRepositories, GitRepository } from '../git/repository/git-repository.js';

const bundleMs = 3600_000;

/** Formations that have a repository in a folder. */
export async function repositoryNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.flatMap((name) => /^([a-z][a-z0-9-]*)\.git$/.exec(name)?.[1] ?? []).sort();
}

/** Refs and what they point to, a line each. */
export function refsOf(repository: GitRepository): Promise<string> {
  return repository.git.run(['for-each-ref', '--format=%(objectname) %(refname)'], { cwd: repository.path });
}

/** All refs of a repository, with all that they need, as one stream; undefined while it has no commits. */
export async function wholeBundle(repository: GitRepository): Promise<Readable | undefined> {
  if ((await refsOf(repository)) === '') return undefined;
  return repository.output(['bundle', 'create', '--quiet', '-', '--all'], AbortSignal.timeout(bundleMs));
}

/**
 * Makes a repository what a whole bundle says: its refs and no others. Every object is looked at.
 * @throws Error when the bundle lacks something
 */
export async function takeWholeBundle(
  repositories: GitRepositories,
  formation: string,
  bundle: Readable,
): Promise<void> {
  const repository = await repositories.open(formation);
  const file = join(repositories.folder, `.bundle-${randomUUID()}`);
  const run = (args: readonly string[]): Promise<string> =>
    repository.git.run(args, { cwd: repository.path, deadlineMs: bundleMs });
  try {
    await writeDurably(bundle, repositories.folder, () => file);
    await run(['fetch', '--quiet', '--prune', '--update-head-ok', '--force', file, '+refs/*:refs/*']);
    await run(['fsck', '--connectivity-only', '--no-dangling', '--no-progress']);
    const heads = (await run(['bundle', 'list-heads', file]))
      .split('\n')
      .filter((line) => / refs\//.test(line));
    const refs = (await refsOf(repository)).split('\n').filter(Boolean);
    if (String(heads.sort()) !== String(refs.sort()))
      throw new Error(`the repository of ${formation} has other refs than its bundle`);
  } finally {
    await rm(file, { force: true });
  }
}
