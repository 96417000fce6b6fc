import { chmod, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CliError, exitCodes } from '../terminal/errors.js';
import { askGit, git } from './git.js';

/** The SSH user whose password is a token. */
const tokenUser = 'token';

/** The same place for who logs in with a token: `ssh://token@host:2222/name.git`. */
export function tokenUrl(url: string): string {
  const changed = new URL(url);
  changed.username = tokenUser;
  return changed.href;
}

/** Whether git logs in there with a token. */
export function isTokenUrl(url: string): boolean {
  return url.startsWith(`ssh://${tokenUser}@`);
}

/**
 * What git runs as ssh, and ssh to ask for the password: one program in two roles. It holds no token, and hands
 * that of DEIS_TOKEN to the git endpoint alone, once its host key is known. @throws CliError when the URL's host is
 * not a name or an address
 */
export function tokenSsh(url: string): string {
  const { hostname } = new URL(url);
  // It becomes a word of a program: a controller may not smuggle another in.
  if (!/^[A-Za-z0-9.:[\]-]+$/.test(hostname))
    throw new CliError(`${JSON.stringify(hostname)} is not a valid host of a git endpoint`, exitCodes.failed);
  return `#!/bin/sh
# Written by \`deis git:remote --with-token\`: git logs in to the git endpoint with the token in DEIS_TOKEN,
# elsewhere as ever.
if [ "\${DEIS_ASKPASS:-}" = yes ]; then
  printf '%s\\n' "$DEIS_TOKEN"
  exit
fi
case " $* " in
*" ${tokenUser}@${hostname.replace(/^\[|\]$/g, '')} "*)
  if [ -z "\${DEIS_TOKEN:-}" ]; then
    echo 'deis: DEIS_TOKEN is not set: it must hold a token of scope deploy' >&2
    exit 1
  fi
  export DEIS_ASKPASS=yes SSH_ASKPASS="$0" SSH_ASKPASS_REQUIRE=force DISPLAY="\${DISPLAY:-none}"
  set -- -o PubkeyAuthentication=no -o PreferredAuthentications=password -o NumberOfPasswordPrompts=1 \\
    -o StrictHostKeyChecking=yes "$@"
  ;;
esac
exec ssh "$@"
`;
}

/** Lets git in this repository use that program. */
export async function useTokenSsh(cwd: string, program: string): Promise<void> {
  const folder = (await askGit(cwd, 'rev-parse', '--absolute-git-dir')) ?? '.git';
  const path = resolve(cwd, folder, 'deis-ssh');
  await writeFile(path, program, { mode: 0o700 });
  await chmod(path, 0o700);
  await git(cwd, 'config', 'core.sshCommand', `'${path.replaceAll("'", `'\\''`)}'`);
  await git(cwd, 'config', 'ssh.variant', 'ssh');
}
