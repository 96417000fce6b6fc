import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { GitEndpoint } from '../controller/api-types.js';
import { askGit } from './git.js';

const run = promisify(execFile);
const answerMs = 5_000;

export interface WhereGitRuns {
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The file in which the ssh that git runs here keeps host keys of the endpoint; undefined when it keeps none.
 * ssh itself is asked: it goes by the system's home folder of the user whatever HOME says, by its configuration,
 * and by options that git gives it. Where it does not tell, `~/.ssh/known_hosts`.
 */
export async function knownHostsFile(
  { cwd, home, env }: WhereGitRuns,
  { host, port }: Pick<GitEndpoint, 'host' | 'port'>,
): Promise<string | undefined> {
  const command = await sshOfGit(cwd, env);
  // As git runs it, and as git itself asks which ssh it is.
  const words = [
    '-c',
    `${command} "$@"`,
    command,
    '-G',
    '-p',
    String(port),
    `git@${host.replace(/^\[|\]$/g, '')}`,
  ];
  const said = await run('sh', words, { cwd, env: { ...env }, timeout: answerMs }).then(
    ({ stdout }) => stdout,
    () => '',
  );
  const files = /^userknownhostsfile (.+)$/m.exec(said)?.[1];
  const path = files === undefined ? join(home, '.ssh', 'known_hosts') : firstOf(files);
  return path === 'none' || path === '/dev/null' ? undefined : path;
}

async function sshOfGit(cwd: string, env: WhereGitRuns['env']): Promise<string> {
  return env['GIT_SSH_COMMAND'] || (await askGit(cwd, 'config', '--get', 'core.sshCommand')) || 'ssh';
}

/** ssh writes several files with a blank between, which a name may hold too: the second is the default's. */
function firstOf(files: string): string {
  return files.replace(/ \S.*\/known_hosts2$/, '');
}
