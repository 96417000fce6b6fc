import type Docker from 'dockerode';

/**
 * What systemd, sshd and a Docker engine need inside; less than `--privileged`, which fails on hosts without
 * CAP_SYS_RESOURCE.
 */
const capabilities = [
  'SYS_ADMIN',
  'NET_ADMIN',
  'NET_RAW',
  'SYS_PTRACE',
  'SYS_CHROOT',
  'MKNOD',
  'SYS_NICE',
  'SYS_BOOT',
  'AUDIT_CONTROL',
  'AUDIT_WRITE',
  'DAC_READ_SEARCH',
  'SETFCAP',
  'SYSLOG',
  'LEASE',
  'IPC_LOCK',
  'LINUX_IMMUTABLE',
  'MAC_ADMIN',
];

export type CgroupVersion = '1' | '2';

/** The control groups of the engine's host. */
export async function readCgroupVersion(docker: Docker): Promise<CgroupVersion> {
  const { CgroupVersion: version } = (await docker.info()) as { CgroupVersion?: string };
  return version === '2' ? '2' : '1';
}

/** Privileges, mounts and namespaces of a VM-like node. */
export function nodeHostConfig(cgroup: CgroupVersion): Docker.HostConfig {
  return {
    CapAdd: capabilities,
    SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
    // What the CLI calls `systempaths=unconfined`: a Docker engine inside needs all of /proc.
    MaskedPaths: [],
    ReadonlyPaths: [],
    // systemd writes to the hierarchy: on version 1 the host's is shared, on version 2 the node has a
    // namespace of its own.
    ...(cgroup === '1'
      ? { Binds: ['/sys/fs/cgroup:/sys/fs/cgroup:rw'], CgroupnsMode: 'host' as const }
      : { CgroupnsMode: 'private' as const }),
    Tmpfs: { '/run': '', '/run/lock': '' },
    RestartPolicy: { Name: 'unless-stopped' },
  };
}

/**
 * The node's first process. On version 2 Docker mounts the hierarchy read-only; the node may change that for
 * itself.
 */
export const nodeCommand = (cgroup: CgroupVersion): string[] =>
  cgroup === '1'
    ? ['/sbin/init']
    : ['/bin/sh', '-c', 'mount -o remount,rw /sys/fs/cgroup && exec /sbin/init'];
