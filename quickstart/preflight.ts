import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../cookbooks/errors.js';

/** Bytes that images, two nodes' layers and data take, with room to breathe. */
const neededBytes = 6 * 1024 ** 3;

export interface MachineFacts {
  readonly platform: string;
  readonly arch: string;
  /** Text of /etc/os-release, or null. */
  readonly osRelease: string | null;
  readonly isRoot: boolean;
  readonly freeBytes: number;
  readonly hasCgroups: boolean;
}

/** Reads the facts that the checks judge. */
export function readMachine(dataDir: string): MachineFacts {
  return {
    platform: process.platform,
    arch: process.arch,
    osRelease: existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : null,
    isRoot: process.getuid?.() === 0,
    freeBytes: freeBytes(dataDir),
    hasCgroups: existsSync('/sys/fs/cgroup'),
  };
}

/** Judges the machine and returns notes worth showing. @throws UserError that names the first check that fails and what to do. */
export function checkMachine(facts: MachineFacts): string[] {
  const id = /^ID=["']?([a-z]+)/m.exec(facts.osRelease ?? '')?.[1];
  const version = /^VERSION_ID=["']?([\d.]+)/m.exec(facts.osRelease ?? '')?.[1];
  const fail = (check: string, found: string, todo: string): never => {
    throw new UserError(`check "${check}" failed: found ${found}; ${todo}`, { field: check });
  };
  if (facts.platform !== 'linux') fail('operating system', facts.platform, 'run it on Debian 12, in a VM if need be');
  if (id !== 'debian' && id !== 'ubuntu') fail('distribution', id ?? 'no /etc/os-release', 'Debian 12 is tried; Ubuntu is written for');
  if (facts.arch !== 'x64' && facts.arch !== 'arm64') fail('architecture', facts.arch, 'amd64 and arm64 are written for');
  if (!facts.isRoot) fail('root', 'another user', 'run it as root, or let this user sudo');
  if (!facts.hasCgroups) fail('cgroups', 'no /sys/fs/cgroup', 'mount the cgroup file system');
  if (facts.freeBytes < neededBytes) fail('disk', `${(facts.freeBytes / 1024 ** 3).toFixed(1)} GiB free`, `free ${neededBytes / 1024 ** 3} GiB`);
  const tried = id === 'debian' && version === '12' && facts.arch === 'x64';
  return tried ? [] : [`${id} ${version ?? ''} on ${facts.arch} is written for and not tried yet`];
}

function freeBytes(path: string): number {
  let at = path;
  while (!existsSync(at)) at = dirname(at);
  const { bavail, bsize } = statfsSync(at);
  return bavail * bsize;
}
