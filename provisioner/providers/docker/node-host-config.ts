import type Docker from 'dockerode';

/**
 * What is left of root inside; less than `--privileged`, which fails on hosts without CAP_SYS_RESOURCE. SYS_ADMIN
 * and NET_ADMIN alone make a node no wall against its owner: see docs/providers.md. Not among them, and not missed
 * by systemd, sshd, Docker, nginx and apt: DAC_READ_SEARCH, MAC_ADMIN and all others.
 */
const capabilities = {
  // Without it systemd mounts nothing and Docker makes no namespaces and no overlays: nothing starts.
  SYS_ADMIN: true,
  // Without it Docker makes no bridge and iptables no rule.
  NET_ADMIN: true,
  // Without it iptables of the legacy kind opens no socket, and ping none.
  NET_RAW: true,
  // Without it sshd cannot separate its privileges, and no container gets a root of its own.
  SYS_CHROOT: true,
  // Without them nothing changes its user: sshd, sudo, apt, containers.
  SETUID: true,
  SETGID: true,
  SETPCAP: true,
  // Without it packages with capable files, as ping is, cannot be unpacked.
  SETFCAP: true,
  // Without them root is bound by the modes of others' files: apt, tar and Docker's layers fail.
  CHOWN: true,
  DAC_OVERRIDE: true,
  FOWNER: true,
  FSETID: true,
  // Without it systemd cannot end services of other users.
  KILL: true,
  // Without it nginx does not listen on port 80.
  NET_BIND_SERVICE: true,
  // Without it no container starts that has Docker's default capabilities, as `docker run` gives them. The devices
  // of the host stay closed: the node's control group does not let them be opened.
  MKNOD: true,
  // Without it `docker exec` cannot enter a container: it joins the namespaces of a process of another user.
  SYS_PTRACE: true,
  // Without it the kernel's log is closed, the one place that always knows of a container killed for its memory: Docker
  // often hears of that too late.
  SYSLOG: true,
  // Without it sudo and PAM refuse a login whose record the kernel does not take.
  AUDIT_WRITE: true,
  // Without it `systemctl reboot` does nothing.
  SYS_BOOT: true,
} as const;

export type CgroupVersion = '1' | '2';

/** The control groups of the engine's host. */
export async function readCgroupVersion(docker: Docker): Promise<CgroupVersion> {
  const { CgroupVersion: version } = (await docker.info()) as { CgroupVersion?: string };
  return version === '2' ? '2' : '1';
}

/** With what the engine's API knows beyond its published types. */
type NodeHostConfig = Docker.HostConfig & { readonly CgroupnsMode: 'private' };

/** Privileges, mounts and namespaces of a VM-like node. */
export function nodeHostConfig(): NodeHostConfig {
  return {
    CapDrop: ['ALL'],
    CapAdd: Object.keys(capabilities),
    SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
    // What the CLI calls `systempaths=unconfined`: a Docker engine inside needs all of /proc.
    MaskedPaths: [],
    ReadonlyPaths: [],
    // systemd writes to the hierarchy, of which the node sees its own branch alone.
    CgroupnsMode: 'private',
    Tmpfs: { '/run': '', '/run/lock': '' },
    RestartPolicy: { Name: 'unless-stopped' },
  };
}

/**
 * The node's first process. Docker mounts the hierarchies read-only; the node may change that for itself: on version
 * 1 for each of them by a mount of its own, because their flags are shared with the host.
 */
export const nodeCommand = (cgroup: CgroupVersion): string[] => [
  '/bin/sh',
  '-c',
  cgroup === '1'
    ? 'for each in /sys/fs/cgroup/*/; do mount -o remount,bind,rw "$each" || exit; done; exec /sbin/init'
    : 'mount -o remount,rw /sys/fs/cgroup && exec /sbin/init',
];
