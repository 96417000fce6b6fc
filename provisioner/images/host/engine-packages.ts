import { hostNeeds, type PackageNeed } from './host-needs.js';

/**
 * The packages that make a Docker engine on a host with this /etc/os-release. Debian 13 and later have the docker
 * command, for a person who looks, in a package of its own; Debian's testing has no version.
 */
export function enginePackages(osRelease: string): PackageNeed[] {
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}="?([A-Za-z0-9.]+)`, 'm').exec(osRelease)?.[1];
  const isApart = field('ID') === 'debian' && Number(field('VERSION_ID') ?? Infinity) >= 13;
  return [
    hostNeeds.engine,
    ...(isApart ? [{ name: 'docker-cli', why: 'the docker command, to look at the engine' }] : []),
  ];
}
