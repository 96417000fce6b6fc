import type { CommonProperties } from '../common.js';

/**
 * The backends of the running nginx, set through its local endpoint without a reload and kept on disk for its
 * next start. Up to date when what is read back from the running nginx is what is wanted. `name` is the
 * formation.
 */
export interface NginxBackendsResource extends CommonProperties {
  readonly kind: 'nginx_backends';
  /** A note beside the list: a newer one alone is passed on, and is no change. */
  readonly generation: number;
  /** How requests are shared out. */
  readonly algorithm: 'round_robin' | 'least_conn' | 'ip_hash';
  /** `address:port`, in the order of rotation. */
  readonly backends: readonly string[];
  /**
   * Backend -> how it is checked: `KIND INTERVAL RETRIES TIMEOUT [LOWEST HIGHEST PATH]`, as the balancer reads it.
   * Those that are not here: whether they take connections.
   */
  readonly checks?: Readonly<Record<string, string>>;
  /** Base URL of the local endpoint. */
  readonly endpoint: string;
  /** File that nginx restores from. */
  readonly path: string;
}
