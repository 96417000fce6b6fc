import type { HealthCheck } from '../../databag.js';
import type { CommonProperties } from '../common.js';

/**
 * Waits until the container `name` is healthy, then has Docker restart it from now on. An exit or the
 * deadline is a failure that carries exit code, out-of-memory flag and the last 50 log lines. A wait changes
 * nothing: it is up to date in the end, or failed.
 */
export interface ContainerHealthResource extends CommonProperties {
  readonly kind: 'container_health';
  /** Checked at the container's own address. */
  readonly port: number;
  /**
   * `kind` tcp, http (with `path`, and if need be `status` and `timeoutSeconds`) or none (it has to stay up
   * for `settleSeconds`), and `deadlineSeconds`.
   */
  readonly check: HealthCheck;
}
