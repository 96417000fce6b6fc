import type { CommonProperties } from '../common.js';

/** A symbolic link; `name` is its path. */
export interface LinkResource extends CommonProperties {
  readonly kind: 'link';
  /**
   * `delete`: there is no such link.
   * @default create
   */
  readonly action?: 'create' | 'delete';
  /** What the link says, verbatim. */
  readonly to: string;
}
