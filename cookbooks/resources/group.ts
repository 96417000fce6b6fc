import type { CommonProperties } from './common.js';

/** A group of the system; `name` is its name. Properties that are absent are left as they are. */
export interface GroupResource extends CommonProperties {
  readonly kind: 'group';
  /** @default create */
  readonly action?: 'create' | 'remove';
  readonly gid?: number;
  /** Users in it, and with `append` others too. They must exist. */
  readonly members?: readonly string[];
  /** @default false */
  readonly append?: boolean;
  /**
   * A gid from the system's range, when it is made.
   * @default false
   */
  readonly system?: boolean;
}
