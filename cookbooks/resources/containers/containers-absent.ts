import type { CommonProperties } from '../common.js';

/**
 * Every container labelled with the formation `name` that is not listed is stopped (SIGTERM, then SIGKILL)
 * and removed, side by side.
 */
export interface ContainersAbsentResource extends CommonProperties {
  readonly kind: 'containers_absent';
  /** Names of containers that stay. */
  readonly except: readonly string[];
  /** Seconds between SIGTERM and SIGKILL. Default: each container's own, which are 10 unless it says others. */
  readonly graceSeconds?: number;
}
