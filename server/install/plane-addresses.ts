import type { ProcessRole } from '../settings/setting-schemas.js';
import type { PlaneFile } from './file/plane-file.js';

/** Ports that the parts of the control plane have among themselves. */
export const planePorts = { api: 8000, git: 2222, slug: 8001, challenges: 8002 } as const;

/** Where other hosts of the control plane reach a host. */
export function addressOf({ hosts }: Pick<PlaneFile, 'hosts'>, name: string): string {
  const { private_address: inner, address } = hosts[name]!;
  return inner ?? address;
}

/** Hosts of controllers with a role, in the file's order. */
export function hostsOf({ controllers }: Pick<PlaneFile, 'controllers'>, role: ProcessRole): string[] {
  return controllers.filter(({ roles }) => roles.includes(role)).map(({ host }) => host);
}

/**
 * Where nginx passes git on to. None where its own host answers git: there people reach it directly, each by their
 * own address.
 */
export function passedGit(file: PlaneFile): string[] {
  const hosts = hostsOf(file, 'git');
  return hosts.includes(file.proxy.host) ? [] : hosts.map((host) => addressOf(file, host));
}

/** The folder of this host that backups go to, where it is one. */
export function backupFolder({ backups: { to } }: Pick<PlaneFile, 'backups'>): string | undefined {
  return to.startsWith('/') ? to : undefined;
}
