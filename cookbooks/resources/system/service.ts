import type { CommonProperties } from '../common.js';

/**
 * A systemd unit; `name` with or without `.service`. Takes the notifications `restart` and `reload`.
 * Properties that are absent are left as they are.
 */
export interface ServiceResource extends CommonProperties {
  readonly kind: 'service';
  /** Started at boot. */
  readonly enabled?: boolean;
  /** Active now. */
  readonly running?: boolean;
  /** Cannot be started by anybody. */
  readonly masked?: boolean;
}
