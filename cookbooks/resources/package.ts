import type { CommonProperties } from './common.js';

/** Debian packages, installed in one go without recommended ones. */
export interface PackageResource extends CommonProperties {
  readonly kind: 'package';
  /** Default: the resource's name. */
  readonly packages?: readonly string[];
}
