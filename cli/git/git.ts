import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CliError, exitCodes } from '../terminal/errors.js';

const run = promisify(execFile);

/** Output of git without the last newline; undefined when git is not there or exits other than 0. */
export async function askGit(cwd: string, ...args: readonly string[]): Promise<string | undefined> {
  return run('git', args, { cwd, encoding: 'utf8' }).then(
    ({ stdout }) => stdout.replace(/\n$/, ''),
    () => undefined,
  );
}

/** Runs git for its effect. @throws CliError with git's own words */
export async function git(cwd: string, ...args: readonly string[]): Promise<void> {
  await run('git', args, { cwd, encoding: 'utf8' }).catch((error: Error & { stderr?: string }) => {
    throw new CliError(`git ${args[0] ?? ''}: ${error.stderr?.trim() || error.message}`, exitCodes.failed, {
      cause: error,
    });
  });
}

export async function isRepository(cwd: string): Promise<boolean> {
  return (await askGit(cwd, 'rev-parse', '--git-dir')) !== undefined;
}

/** Names and URLs of all remotes, as configured; none outside a repository. */
export async function remoteUrls(cwd: string): Promise<{ readonly remote: string; readonly url: string }[]> {
  const text = (await askGit(cwd, 'config', '--null', '--get-regexp', '^remote\\..*\\.url$')) ?? '';
  return text.split('\0').flatMap((entry) => {
    const [, remote, url] = /^remote\.(.+)\.url\n(.*)$/s.exec(entry) ?? [];
    return remote === undefined || url === undefined ? [] : [{ remote, url }];
  });
}

/** URL of a remote as configured, or undefined. */
export async function remoteUrl(cwd: string, remote: string): Promise<string | undefined> {
  return askGit(cwd, 'config', '--get', `remote.${remote}.url`);
}

/** The branch that is checked out, also before its first commit; undefined without one, or outside a repository. */
export async function currentBranch(cwd: string): Promise<string | undefined> {
  return askGit(cwd, 'symbolic-ref', '--quiet', '--short', 'HEAD');
}
