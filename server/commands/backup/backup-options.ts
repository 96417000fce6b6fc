import type { WantedTime } from '../../backup/point-in-time/choose-recovery.js';

/** What `create` may be told. */
export interface CreateOptions {
  readonly to?: string;
  readonly recipient: readonly string[];
  readonly passphraseFile?: string;
  readonly withMasterKey?: boolean;
  readonly keep?: number;
}

/** What opens an archive. */
export interface OpeningOptions {
  readonly from?: string;
  readonly identityFile?: string;
  readonly passphraseFile?: string;
  readonly masterKeyFile?: string;
}

export interface RestoreOptions extends OpeningOptions {
  readonly replace: readonly string[];
  readonly time?: WantedTime;
}
