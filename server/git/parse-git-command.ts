/** One of the only two things a client may ask for. */
export interface GitRequest {
  readonly service: 'receive-pack' | 'upload-pack';
  /** Formation name: well formed, not known to exist. */
  readonly formation: string;
}

/**
 * `git-receive-pack '/name.git'`, also `git receive-pack name`; the quotes are git's, and nothing else may
 * stand in them.
 */
const commandPattern = /^git[ -](receive-pack|upload-pack) (['"]?)\/?([a-z][a-z0-9-]{0,39}?)(?:\.git)?\/?\2$/;

/**
 * What an SSH exec request asks for; undefined when it is not exactly a git transfer of a formation's
 * repository.
 */
export function parseGitCommand(command: string): GitRequest | undefined {
  const match = commandPattern.exec(command);
  if (match === null) return undefined;
  return { service: match[1] as GitRequest['service'], formation: match[3]! };
}

/** Why a command that is no transfer is refused, in a sentence. */
export function refusalOfCommand(command: string): string {
  return /^git-lfs-/.test(command)
    ? 'Git LFS is not kept here, so its files cannot be deployed: take them out of it ' +
        '(`git lfs migrate export --include="*"`), or push without them (`git push --no-verify`)'
    : 'only git push and git fetch of a formation are served here';
}
