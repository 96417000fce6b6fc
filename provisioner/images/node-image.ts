import { dockerDaemonFile } from '../../cookbooks/deis/recipes/docker.js';
import { suites, type Suite } from './suite.js';

/**
 * A VM-like node: an init system, SSH, cloud-init, and what the cookbooks would install anyway, so that a
 * converge finds it there.
 */
export const nodePackages = (suite: Suite): readonly string[] => [
  'systemd',
  'systemd-sysv',
  'dbus',
  'openssh-server',
  'sudo',
  'cloud-init',
  'rsyslog',
  'rsyslog-relp', // deis::runtime
  'iproute2',
  'netbase',
  'python3',
  'xz-utils',
  'docker.io',
  ...(suites[suite] < 13 ? [] : ['docker-cli']), // before, it was part of docker.io
  'iptables', // deis::docker
  'nginx',
  'libnginx-mod-http-lua', // deis::proxy
];

/** Settings of the image in Dockerfile words. */
export const nodeSettings: readonly string[] = ['ENV container=docker', 'CMD ["/sbin/init"]'];

/**
 * Where the docker provider leaves a resolv.conf for the node. On a network of its own a container is given
 * Docker's resolver at 127.0.0.11, which the engine inside cannot pass on to its containers: it would give
 * them Google's.
 */
export const nodeResolverFile = '/etc/deis/resolv.conf';

const resolverUnit = `[Unit]
Description=Name servers of the host for this node and its containers
ConditionPathExists=${nodeResolverFile}
DefaultDependencies=no
After=local-fs.target
Before=cloud-init-local.service docker.service

[Service]
Type=oneshot
ExecStart=/bin/cp ${nodeResolverFile} /etc/resolv.conf

[Install]
WantedBy=sysinit.target
`;

/**
 * Files beside those of packages. The engine's settings are what a first converge would write, and restart
 * the engine for.
 */
export const nodeFiles: Readonly<Record<string, string>> = {
  [dockerDaemonFile.path]: dockerDaemonFile.content,
  '/etc/systemd/system/deis-resolver.service': resolverUnit,
};

/** `deis/node:bookworm` for the suite bookworm. */
export const nodeImageName = (suite: Suite): string => `deis/node:${suite}`;
