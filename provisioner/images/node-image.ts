import { dockerDaemonFile } from '../../cookbooks/deis/recipes/docker.js';

/** A VM-like node: an init system, SSH, cloud-init, and what the cookbooks would install anyway, so that a converge finds it there. */
export const nodePackages: readonly string[] = [
  'systemd', 'systemd-sysv', 'dbus', 'openssh-server', 'sudo', 'cloud-init', 'rsyslog', 'iproute2', 'netbase', 'python3', 'xz-utils',
  'docker.io', 'iptables', // deis::docker
  'nginx', 'libnginx-mod-http-lua', // deis::proxy
];

/** Settings of the image in Dockerfile words. */
export const nodeSettings: readonly string[] = ['ENV container=docker', 'CMD ["/sbin/init"]'];

/** What a first converge would write, and restart the engine for. */
export const nodeFiles: Readonly<Record<string, string>> = { [dockerDaemonFile.path]: dockerDaemonFile.content };

/** `deis/node:bookworm` for the suite bookworm. */
export const nodeImageName = (suite: string): string => `deis/node:${suite}`;
