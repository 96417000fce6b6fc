import type { CommonProperties } from '../common.js';

/** A directory; `name` is its path. Missing parents are made (0755 root). */
export interface DirectoryResource extends CommonProperties {
  readonly kind: 'directory';
  /**
   * `delete` removes what is in it too.
   * @default create
   */
  readonly action?: 'create' | 'delete';
  /**
   * Octal.
   * @default 0755
   */
  readonly mode?: string;
  /**
   * Name of the user that it belongs to.
   * @default root
   */
  readonly owner?: string;
  /**
   * Name of the group that it belongs to.
   * @default root
   */
  readonly group?: string;
}
