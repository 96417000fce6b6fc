import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { GitRepository } from '../../../server/git/repository/git-repository.js';

/**
 * Puts a commit into a repository that is small there and large when it is unpacked: one blob of `bytes`,
 * which a folder names `width` times, which a folder names `width` times, `levels` deep; and a Procfile.
 * Resolves with the commit.
 */
export async function commitTreeOfCopies(
  repository: GitRepository,
  folder: string,
  { bytes, width, levels }: { bytes: number; width: number; levels: number },
): Promise<string> {
  const cwd = mkdtempSync(join(folder, 'copies-'));
  const git = async (input: string | Buffer, ...args: string[]): Promise<string> => {
    const { stdout } = await execa(
      'git',
      ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com', ...args],
      {
        cwd,
        input,
      },
    );
    return stdout;
  };
  await git('', 'init', '-q', '-b', 'master');
  const blob = await git(Buffer.alloc(bytes, 'x'), 'hash-object', '-w', '--stdin');
  const tree = (type: string, id: string): Promise<string> =>
    git(Array.from({ length: width }, (_, n) => `${type} ${id}\tn${n}\n`).join(''), 'mktree');
  let below = await tree('100644 blob', blob);
  for (let level = 1; level < levels; level += 1) below = await tree('040000 tree', below);
  const procfile = await git('web: true\n', 'hash-object', '-w', '--stdin');
  const root = await git(`100644 blob ${procfile}\tProcfile\n040000 tree ${below}\tcopies\n`, 'mktree');
  const commit = await git('', 'commit-tree', '-m', 'Start', root);
  // As the git endpoint takes pushes: packs stay packs.
  const receive = '--receive-pack=git -c receive.unpackLimit=1 receive-pack';
  await git('', 'push', '-q', receive, repository.path, `+${commit}:refs/heads/pushed`);
  return commit;
}
