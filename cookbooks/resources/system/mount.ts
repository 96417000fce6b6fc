import type { CommonProperties } from '../common.js';

/**
 * A file system that is mounted, and listed in /etc/fstab for the next boot; `name` is the mount point, which
 * is made when it is missing.
 */
export interface MountResource extends CommonProperties {
  readonly kind: 'mount';
  /**
   * `umount`: neither mounted nor listed.
   * @default mount
   */
  readonly action?: 'mount' | 'umount';
  /**
   * As in fstab: a path, `UUID=...`, `LABEL=...`, `host:/export`, `tmpfs`. Of labels and bind mounts it is
   * only seen that something is mounted, not what.
   */
  readonly device: string;
  /** `ext4`, `xfs`, `nfs`, `tmpfs`; `none` with the option `bind`. */
  readonly fstype: string;
  /**
   * As in fstab, one each.
   * @default defaults
   */
  readonly options?: readonly string[];
  /**
   * Order of file system checks at boot, fstab's last field.
   * @default 0
   */
  readonly pass?: number;
}
