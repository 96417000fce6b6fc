import type Docker from 'dockerode';

/**
 * What is left of root inside; less than `--privileged`, which fails on hosts without CAP_SYS_RESOURCE. SYS_ADMIN
 * and NET_ADMIN alone make a node no wall against its owner: see docs/providers.md. Each line says what failed on a
 * node that was started without that one. DAC_READ_SEARCH, SYS_BOOT (`systemctl reboot` works without) and all others
 * are missed by nothing.
 */
const capabilities = {
  // systemd mounts nothing: the node does not boot.
  SYS_ADMIN: true,
  // dockerd makes no bridge and does not start; units of systemd fail.
  NET_ADMIN: true,
  // sshd closes each connection during the handshake: it cannot separate its privileges.
  SYS_CHROOT: true,
  // sshd, which changes its user for that, closes each connection during the handshake.
  SETUID: true,
  SETGID: true,
  CHOWN: true,
  DAC_OVERRIDE: true,
  // cloud-init fails: it cannot set the modes of files of the user that it makes.
  FOWNER: true,
  // Services with a bounding set of capabilities fail, journald after a reboot among them.
  SETPCAP: true,
  // systemd and Docker cannot end processes of other users: containers stay, and a reboot hangs.
  KILL: true,
  // `docker exec` cannot enter a container: it joins the namespaces of a process of another user.
  SYS_PTRACE: true,
  // The kernel's log is closed, the one place that always knows of a container killed for its memory: Docker
  // often hears of that too late.
  SYSLOG: true,
  // Sockets of ping and the like are refused.
  NET_RAW: true,
  // setcap fails, and with it packages that give capabilities to a file.
  SETFCAP: true,
  // Without any of these, or of NET_RAW, SETFCAP, SETPCAP and KILL, Docker's engine refuses each container that has its
  // default capabilities, as `docker run` gives them: "unable to apply caps". The platform's own containers have none
  // and run all the same; operators' recipes start others. The control group keeps the host's devices closed to MKNOD.
  MKNOD: true,
  FSETID: true,
  NET_BIND_SERVICE: true,
  AUDIT_WRITE: true,
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
