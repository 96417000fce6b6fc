import type { CommonProperties } from '../common.js';

/** A user of the system; `name` is the login. Properties that are absent are left as they are. */
export interface UserResource extends CommonProperties {
  readonly kind: 'user';
  /**
   * `remove`: there is no such user.
   * @default create
   */
  readonly action?: 'create' | 'remove';
  /** Its number. */
  readonly uid?: number;
  /** Name of the primary group; it must exist. */
  readonly group?: string;
  /** Further groups that it is in; it may be in others. They must exist. */
  readonly groups?: readonly string[];
  /** Full name. */
  readonly comment?: string;
  /** Path of the home directory. */
  readonly home?: string;
  /**
   * The home directory is there, made of /etc/skel; `remove` removes it.
   * @default false
   */
  readonly manageHome?: boolean;
  /** Path of the login shell. */
  readonly shell?: string;
  /**
   * A uid from the system's range, when it is made.
   * @default false
   */
  readonly system?: boolean;
}
