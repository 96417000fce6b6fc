import type { CommonProperties } from '../common.js';

/** A group of the system; `name` is its name. Properties that are absent are left as they are. */
export interface GroupResource extends CommonProperties {
  readonly kind: 'group';
  /**
   * `remove`: there is no such group.
   * @default create
   */
  readonly action?: 'create' | 'remove';
  /** Its number. */
  readonly gid?: number;
  /** Users in it, and with `append` others too. They must exist. */
  readonly members?: readonly string[];
  /**
   * Members that are not listed stay.
   * @default false
   */
  readonly append?: boolean;
  /**
   * A gid from the system's range, when it is made.
   * @default false
   */
  readonly system?: boolean;
}
