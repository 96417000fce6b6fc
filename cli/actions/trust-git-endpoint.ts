import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { GitEndpoint } from '../controller/api-types.js';
import type { Call } from '../call.js';
import { isExposed } from '../controller/controller-url.js';
import { usageError } from '../terminal/errors.js';
import { knownHostsFile } from '../git/known-hosts-file.js';
import { findInKnownHosts, knownHostsLines, knownHostsName } from '../git/known-hosts.js';

/** Options of every command that may write known_hosts. */
export const knownHostsOptions = [
  [
    '--known-hosts <yes|no>',
    "write the git endpoint's host keys to known_hosts without asking, or not at all",
  ],
  ['--known-hosts-file <path>', 'the file; default: the one that the ssh of git reads'],
] as const;

/**
 * Sees to it that the first push asks nothing: the git endpoint's host keys, fetched over the API, are put
 * into the known_hosts that git's ssh reads, after a yes. Never silently, and never over another key that is there.
 */
export async function trustGitEndpoint(call: Call, controller: string, git: GitEndpoint): Promise<void> {
  const wanted = knownHostsChoice(call);
  const lines = knownHostsLines(git);
  if (wanted === 'no' || lines.length === 0) return;
  const path = call.option('knownHostsFile') ?? (await knownHostsFile(call.terminal, git));
  if (path === undefined) return;
  const text = await readIfThere(path);
  const finding = findInKnownHosts(text, git);
  if (finding.kind === 'known') return;
  if (finding.kind === 'differs') return warnOfOtherKey(call, path, git, finding.lines);
  if (wanted === 'ask' && !(await isConfirmed(call, controller, path, git, lines))) return;
  await append(path, text, lines);
  call.output.talk(`Host key of ${knownHostsName(git)} written to ${path}`);
}

function knownHostsChoice(call: Call): 'yes' | 'no' | 'ask' {
  const choice = call.option('knownHosts');
  if (choice === undefined) return 'ask';
  if (choice !== 'yes' && choice !== 'no')
    throw usageError(`--known-hosts takes yes or no, not ${JSON.stringify(choice)}`);
  return choice;
}

async function isConfirmed(
  call: Call,
  controller: string,
  path: string,
  git: GitEndpoint,
  lines: readonly string[],
): Promise<boolean> {
  const { output, terminal } = call;
  if (!terminal.interactive) {
    output.talk(
      `git push will ask about the host key of ${knownHostsName(git)}. To settle it, add to ${path} ` +
        '(or give --known-hosts=yes):',
    );
    for (const line of lines) output.talk(`  ${line}`);
    return false;
  }
  if (isExposed(controller))
    output.warn(`these keys came over plain HTTP: an attacker on the way could have changed them`);
  output.talk(`The controller says that its git endpoint ${knownHostsName(git)} has:`);
  for (const key of git.host_keys) output.talk(`  ${key}`);
  return /^y(es)?$/i.test(
    (await terminal.ask(`Write ${lines.length === 1 ? 'it' : 'them'} to ${path}? [y/N] `)).trim(),
  );
}

function warnOfOtherKey({ output }: Call, path: string, git: GitEndpoint, lines: readonly number[]): void {
  const name = knownHostsName(git);
  output.warn(
    `${path} holds ANOTHER host key for ${name} (line ${lines.join(', ')}) than the controller gives. ` +
      'Nothing was changed.',
  );
  output.talk(
    '  Either the controller was set up again, or an attacker stands between you and it: git push will refuse.',
  );
  output.talk(
    `  Ask the person who runs the controller. If the new key is right: ssh-keygen -f ${path} -R '${name}'  ` +
      'and then  deis git:remote',
  );
}

async function readIfThere(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}

async function append(path: string, text: string, lines: readonly string[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  await appendFile(path, `${separator}${lines.join('\n')}\n`, { mode: 0o600 });
}
