import type { HostFacts } from '../../provisioner/hosts/host-facts.js';
import { planePorts } from './plane-addresses.js';
import type { FoundOnHost } from './look-at-host.js';
import { passesTls, type PlaneFile } from './file/plane-file.js';
import type { PlanePart } from './stages.js';

/** The major version of PostgreSQL that a system has, by its ID and VERSION_ID. */
const versions: Readonly<Record<string, number>> = {
  'debian 12': 15,
  'debian 13': 17,
  'ubuntu 22.04': 14,
  'ubuntu 24.04': 16,
};
const architectures = ['x86_64', 'aarch64'];
const mebibyteKiB = 1024;
/** KiB of memory and of disk below /var/lib that each part needs, at least. */
const minMemoryKiB: Readonly<Record<PlanePart, number>> = {
  postgresql: 256 * mebibyteKiB,
  controller: 700 * mebibyteKiB,
  front: 64 * mebibyteKiB,
  standby: 256 * mebibyteKiB,
};
const minDiskKiB: Readonly<Record<PlanePart, number>> = {
  postgresql: 1024 * mebibyteKiB,
  controller: 3072 * mebibyteKiB,
  front: 256 * mebibyteKiB,
  standby: 1024 * mebibyteKiB,
};

/** @returns undefined for a system that is not known */
export function postgresqlVersion({
  os,
  osVersion,
}: Pick<HostFacts, 'os' | 'osVersion'>): number | undefined {
  return versions[`${os} ${osVersion}`];
}

/** Why a host cannot become what the file says, each with what to do; empty when it can. */
export function fitnessProblems(
  file: PlaneFile,
  facts: HostFacts,
  found: FoundOnHost,
  parts: readonly PlanePart[],
): string[] {
  const { os, osVersion, arch, init, hasApt } = facts;
  const known = Object.keys(versions).join(', ');
  return [
    ...(postgresqlVersion(facts) === undefined
      ? [`it runs ${os} ${osVersion}: expected one of ${known}`]
      : []),
    ...(architectures.includes(arch) ? [] : [`its CPU is ${arch}: expected ${architectures.join(' or ')}`]),
    ...(init === 'systemd' ? [] : [`its init is ${init}: expected systemd`]),
    ...(hasApt ? [] : ['it has no apt-get: packages cannot be installed']),
    ...roomProblems(facts, parts),
    ...portProblems(file, facts, found, parts),
  ];
}

function roomProblems({ memoryKiB, diskKiB }: HostFacts, parts: readonly PlanePart[]): string[] {
  const sum = (of: Readonly<Record<PlanePart, number>>): number =>
    parts.reduce((total, part) => total + of[part], 0);
  const [memory, disk] = [sum(minMemoryKiB), sum(minDiskKiB)];
  const what = parts.join(', ');
  return [
    ...(memoryKiB >= memory
      ? []
      : [`it has ${mebibytes(memoryKiB)} of memory: ${what} need ${mebibytes(memory)}`]),
    ...(diskKiB >= disk
      ? []
      : [`${mebibytes(diskKiB)} are free below /var/lib: ${what} need ${mebibytes(disk)}`]),
  ];
}

/** Of parts that are not there yet: what there is has its ports already. */
function portProblems(
  file: PlaneFile,
  { ports }: HostFacts,
  found: FoundOnHost,
  parts: readonly PlanePart[],
): string[] {
  const wanted: Readonly<Record<PlanePart, readonly number[]>> = {
    postgresql: [file.postgresql.port],
    controller: [planePorts.api, planePorts.git, ...(passesTls(file) ? [planePorts.challenges] : [])],
    front: frontPorts(file),
    standby: [file.postgresql.port],
  };
  return parts
    .filter((part) => !found.parts.includes(part === 'standby' ? 'postgresql' : part))
    .flatMap((part) =>
      wanted[part]
        .filter((port) => ports.includes(port))
        .map((port) => `something listens on port ${port} there, which ${part} needs: stop it`),
    );
}

/** Port 80 leads to HTTPS, where that has its usual port, and is where a CA asks. */
function frontPorts(file: PlaneFile): readonly number[] {
  const port = frontPort(file.public_url);
  return port === 443 || passesTls(file) ? [80, port] : [port];
}

/** Where nginx answers the public URL. */
export function frontPort(url: string): number {
  const { port } = new URL(url);
  return port === '' ? 443 : Number(port);
}

function mebibytes(kib: number): string {
  return `${Math.floor(kib / mebibyteKiB)} MiB`;
}
