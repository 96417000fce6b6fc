import type { CommonProperties } from './common.js';

/** A systemd unit; `name` with or without `.service`. Takes the notifications `restart` and `reload`. */
export interface ServiceResource extends CommonProperties {
  readonly kind: 'service';
  /** Started at boot. Absent: left as it is. */
  readonly enabled?: boolean;
  /** Active now. Absent: left as it is. */
  readonly running?: boolean;
}
