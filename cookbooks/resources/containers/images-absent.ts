import type { CommonProperties } from '../common.js';

/**
 * Every Docker image of the repository `name` that is not listed is removed, save those that a container was
 * made from.
 */
export interface ImagesAbsentResource extends CommonProperties {
  readonly kind: 'images_absent';
  /** Image ids (`sha256:<hex>`) that stay. */
  readonly except: readonly string[];
}
