import { git, isRepository, remoteUrl } from './git.js';
import { deisRemote, parseGitUrl } from './guess-formation.js';
import type { Output } from '../terminal/output.js';

/**
 * Makes `url` the repository's remote `deis` and says so; outside a repository only says what to do.
 * One that points elsewhere is replaced only with `replace`. Resolves to whether the remote is there now.
 */
export async function setGitRemote(
  cwd: string,
  url: string,
  output: Output,
  { replace }: { replace: boolean },
): Promise<boolean> {
  if (!(await isRepository(cwd))) {
    output.talk(`Not in a git repository: in your app's, run  git remote add ${deisRemote} ${url}`);
    return false;
  }
  const present = await remoteUrl(cwd, deisRemote);
  if (present === url) {
    output.talk(`Git remote ${deisRemote} is ${url}`);
    return true;
  }
  if (present !== undefined && !replace) {
    output.warn(
      `this repository's git remote ${deisRemote} is ${present}: left as it is. To change it: ` +
        `deis git:remote --formation=${parseGitUrl(url)?.formation ?? 'NAME'}`,
    );
    return false;
  }
  await (present === undefined
    ? git(cwd, 'remote', 'add', deisRemote, url)
    : git(cwd, 'remote', 'set-url', deisRemote, url));
  output.talk(
    present === undefined
      ? `Git remote ${deisRemote} added: ${url}`
      : `Git remote ${deisRemote} changed: ${present} -> ${url}`,
  );
  return true;
}

/** Takes the remote `deis` away when it is this formation's. */
export async function dropGitRemote(
  cwd: string,
  formation: string,
  endpoint: string | undefined,
  output: Output,
): Promise<void> {
  const url = await remoteUrl(cwd, deisRemote);
  const place = url === undefined ? undefined : parseGitUrl(url);
  if (place?.formation !== formation || (endpoint !== undefined && place.endpoint !== endpoint)) return;
  await git(cwd, 'remote', 'remove', deisRemote);
  output.talk(`Git remote ${deisRemote} removed`);
}
