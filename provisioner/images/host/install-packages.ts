import { execa } from 'execa';
import { UserError } from '../../../base/errors.js';
import { asRoot, lookUpMs, requireRoot } from './as-root.js';
import { hostNeeds, type PackageNeed } from './host-needs.js';

export interface Progress {
  /** One line for people about what happens now. */
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

const deadlineMs = 600_000;

/**
 * Installs those Debian packages that are missing, saying which and why. Waits at most 5 minutes for another
 * dpkg.
 * @throws UserError without apt-get or root, or when APT cannot install them (the end of its output is
 * shown).
 */
export async function installPackages(
  needs: readonly PackageNeed[],
  { onProgress, signal }: Progress = {},
): Promise<void> {
  const missing = await missingPackages(needs);
  if (missing.length === 0) return;
  const names = missing.map((need) => need.name);
  if (!(await hasAptGet()))
    throw new UserError(
      `these packages are needed and this host has no apt-get to install them: ${names.join(', ')}`,
    );
  await requireRoot(`installing ${names.join(', ')}`);
  for (const need of missing) onProgress?.(`installing ${need.name}: ${need.why}`);
  // Stale lists name packages that the mirror has dropped; missing ones name none: only then is an update
  // worth its seconds.
  if ((await install(names, signal)) === undefined) return;
  onProgress?.('updating the package lists');
  await apt(['update'], signal);
  const failure = await install(names, signal);
  if (failure !== undefined) throw new UserError(`apt-get could not install ${names.join(', ')}: ${failure}`);
}

async function missingPackages(needs: readonly PackageNeed[]): Promise<PackageNeed[]> {
  const states = await Promise.all(
    needs.map((need) =>
      execa('dpkg-query', ['-W', '-f=${db:Status-Status}', need.name], { reject: false, timeout: lookUpMs }),
    ),
  );
  return needs.filter((_, index) => states[index]?.stdout !== 'installed');
}

async function hasAptGet(): Promise<boolean> {
  const { failed } = await execa('apt-get', ['--version'], { reject: false, timeout: lookUpMs });
  return !failed;
}

/** Undefined when it worked, else the end of APT's output. */
async function install(
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  return apt(['install', '-y', '--no-install-recommends', ...names], signal);
}

async function apt(args: readonly string[], signal: AbortSignal | undefined): Promise<string | undefined> {
  const { failed, all, shortMessage } = await asRoot([...hostNeeds.aptGet, ...args], {
    all: true,
    reject: false,
    stdin: 'ignore',
    timeout: deadlineMs,
    ...(signal && { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  return failed ? all?.split('\n').slice(-8).join('\n') || shortMessage : undefined;
}
