import type { CommonProperties } from './common.js';

/** A group of the system; `name` is its name. */
export interface GroupResource extends CommonProperties {
  readonly kind: 'group';
  readonly gid?: number;
  /** A gid from the system's range, when none is given. */
  readonly system?: boolean;
}
