import type { CommonProperties } from '../common.js';

/**
 * A setting of the kernel, live and in /etc/sysctl.d for the next boot; `name` is the key, like
 * `net.core.somaxconn`.
 */
export interface SysctlResource extends CommonProperties {
  readonly kind: 'sysctl';
  /**
   * `delete` forgets the file; the live value stays until the next boot.
   * @default create
   */
  readonly action?: 'create' | 'delete';
  /** Numbers in a row are separated by one blank. */
  readonly value: string | number;
}
