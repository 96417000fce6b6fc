import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../base/errors.js';

const gibibyte = 1024 ** 3;
/** Bytes that images, the nodes' layers and data take, with room to breathe. */
const neededBytes = 6 * gibibyte;

export interface Machine {
  readonly platform: string;
  readonly arch: string;
  /** Text of /etc/os-release, or null. */
  readonly osRelease: string | null;
  readonly isRoot: boolean;
  readonly freeBytes: number;
  readonly hasCgroups: boolean;
}

/** Reads of the machine what the checks judge. */
export function readMachine(dataDir: string): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    osRelease: existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : null,
    isRoot: process.getuid?.() === 0,
    freeBytes: freeBytes(dataDir),
    hasCgroups: existsSync('/sys/fs/cgroup'),
  };
}

/**
 * Judges the machine and returns notes worth showing. @throws UserError that names the first check that fails
 * and what to do.
 */
export function checkMachine(machine: Machine): string[] {
  const { id, version } = distribution(machine.osRelease);
  const checks: readonly [check: string, ok: boolean, found: string, todo: string][] = [
    [
      'operating system',
      machine.platform === 'linux',
      machine.platform,
      'run it on Debian 12 or 13, in a VM if need be',
    ],
    [
      'distribution',
      id === 'debian' || id === 'ubuntu',
      id,
      'Debian 12 and 13 are tried; Ubuntu is written for',
    ],
    [
      'architecture',
      machine.arch === 'x64' || machine.arch === 'arm64',
      machine.arch,
      'amd64 and arm64 are written for',
    ],
    ['root', machine.isRoot, 'another user', 'run it as root, or let this user sudo'],
    ['cgroups', machine.hasCgroups, 'no /sys/fs/cgroup', 'mount the cgroup file system'],
    [
      'disk',
      machine.freeBytes >= neededBytes,
      `${(machine.freeBytes / gibibyte).toFixed(1)} GiB free`,
      `free ${neededBytes / gibibyte} GiB`,
    ],
  ];
  const failed = checks.find(([, ok]) => !ok);
  if (failed !== undefined)
    throw new UserError(`check "${failed[0]}" failed: found ${failed[2]}; ${failed[3]}`, {
      field: failed[0],
    });
  const tried = id === 'debian' && ['12', '13'].includes(version) && machine.arch === 'x64';
  return tried ? [] : [`${id} ${version} on ${machine.arch} is written for and not tried yet`];
}

function distribution(osRelease: string | null): { readonly id: string; readonly version: string } {
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}=["']?([A-Za-z0-9.]+)`, 'm').exec(osRelease ?? '')?.[1];
  return { id: field('ID') ?? 'no /etc/os-release', version: field('VERSION_ID') ?? '' };
}

function freeBytes(path: string): number {
  let at = path;
  while (!existsSync(at)) at = dirname(at);
  const { bavail, bsize } = statfsSync(at);
  return bavail * bsize;
}
