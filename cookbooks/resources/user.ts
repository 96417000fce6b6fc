import type { CommonProperties } from './common.js';

/** A user of the system; `name` is the login. Properties that are absent are left as they are. */
export interface UserResource extends CommonProperties {
  readonly kind: 'user';
  readonly uid?: number;
  /** Name of the primary group; it must exist. */
  readonly group?: string;
  readonly home?: string;
  readonly shell?: string;
  /** A uid from the system's range and no home, when it is made. */
  readonly system?: boolean;
}
