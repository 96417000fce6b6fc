import type { CommonProperties } from '../common.js';

/**
 * Everything in the directory `name` that is not listed is removed, save what a container has mounted: that
 * goes when the container has gone. A directory that is not there is empty enough.
 */
export interface ChildrenAbsentResource extends CommonProperties {
  readonly kind: 'children_absent';
  /** Names within the directory that stay. */
  readonly except: readonly string[];
}
