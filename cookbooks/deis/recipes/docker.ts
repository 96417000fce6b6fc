import type { Recipe } from '../../recipe.js';
import type { Resource } from '../../resource.js';

const daemon = {
  // Through the proxy a connect succeeds with nothing listening, and clients' addresses are lost.
  'userland-proxy': false,
  'log-driver': 'json-file',
  'log-opts': { 'max-size': '10m', 'max-file': '3' },
  'live-restore': true,
};

/** The engine's settings file; an image that has it already spares its nodes a restart of the engine. */
export const dockerDaemonFile = {
  path: '/etc/docker/daemon.json',
  content: `${JSON.stringify(daemon, null, 2)}\n`,
} as const;

/**
 * Debian 13 and later have the docker command in a package of its own; Debian 12 and Ubuntu have it in docker.io.
 * Debian's testing has no version.
 */
const splitsDocker = '. "$0"; [ "$ID" = debian ] && [ "${VERSION_ID:-99}" -ge 13 ]';

/** The Docker engine and its command, from the distribution unless they are there already. */
export const dockerPackages: readonly Resource[] = [
  {
    kind: 'package',
    name: 'docker.io',
    packages: ['docker.io', 'iptables'],
    notIf: ['test', '-x', '/usr/bin/dockerd', '-a', '-x', '/usr/sbin/iptables'],
  },
  {
    kind: 'package',
    name: 'docker-cli',
    onlyIf: ['sh', '-c', splitsDocker, '/etc/os-release'],
    notIf: ['test', '-x', '/usr/bin/docker'],
  },
];

export const dockerService: Resource = { kind: 'service', name: 'docker', enabled: true, running: true };

/** The engine as nodes have it. */
export const dockerRecipe: Recipe = () => [
  ...dockerPackages,
  { kind: 'directory', name: '/etc/docker' },
  {
    kind: 'file',
    name: dockerDaemonFile.path,
    content: dockerDaemonFile.content,
    notifies: [{ resource: 'service[docker]', action: 'restart', timing: 'immediate' }],
  },
  dockerService,
];
