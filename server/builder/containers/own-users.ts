import type Docker from 'dockerode';

/**
 * System calls of no build, which a user namespace would otherwise open more of the kernel to than the engine's
 * own list does. What the commands of a Dockerfile may call, buildah keeps to the list of containers itself.
 */
const refused: readonly string[] = [
  'add_key',
  'bpf',
  'delete_module',
  'fanotify_init',
  'finit_module',
  'init_module',
  'io_uring_enter',
  'io_uring_register',
  'io_uring_setup',
  'kexec_file_load',
  'kexec_load',
  'keyctl',
  'lookup_dcookie',
  'move_pages',
  'open_by_handle_at',
  'perf_event_open',
  'process_vm_readv',
  'process_vm_writev',
  'quotactl',
  'reboot',
  'request_key',
  'swapoff',
  'swapon',
  'syslog',
  'userfaultfd',
];

const notPermitted = 1;
const profile = {
  defaultAction: 'SCMP_ACT_ALLOW',
  architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32', 'SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
  syscalls: [{ names: refused, action: 'SCMP_ACT_ERRNO', errnoRet: notPermitted }],
};

/**
 * What a container needs to make a user namespace and mounts within it: of the host's rights only those to
 * become users of the range that its image lists, which its first process gives up on the way.
 */
export function ownUsers(): Pick<Docker.HostConfig, 'CapAdd' | 'SecurityOpt'> {
  return {
    CapAdd: ['SETUID', 'SETGID'],
    SecurityOpt: ['no-new-privileges', `seccomp=${JSON.stringify(profile)}`, 'apparmor=unconfined'],
  };
}
