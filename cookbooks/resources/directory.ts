import type { CommonProperties } from './common.js';

/** A directory; `name` is its path. Missing parents are made (0755 root). */
export interface DirectoryResource extends CommonProperties {
  readonly kind: 'directory';
  /** Default `create`; `delete` removes what is in it too. */
  readonly action?: 'create' | 'delete';
  /** Octal, default `0755`. */
  readonly mode?: string;
  /** Default `root`. */
  readonly owner?: string;
  /** Default `root`. */
  readonly group?: string;
}
