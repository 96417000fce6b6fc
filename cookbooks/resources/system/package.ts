import type { CommonProperties } from '../common.js';

/** Debian packages, installed or removed in one go, without recommended ones. */
export interface PackageResource extends CommonProperties {
  readonly kind: 'package';
  /**
   * `upgrade`: installed, in the newest version that apt's lists know; `remove` keeps configuration files,
   * `purge` does not.
   * @default install
   */
  readonly action?: 'install' | 'upgrade' | 'remove' | 'purge';
  /**
   * Names of packages.
   * @default the resource's name
   */
  readonly packages?: readonly string[];
  /** Exactly this one, also when it is older; for a single package. */
  readonly version?: string;
}
