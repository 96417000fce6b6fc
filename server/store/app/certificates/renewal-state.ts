import type { Columns } from '../../columns.js';

/** How far the ordering and renewing of a certificate is, whomever it is for. */
export interface RenewalState {
  /** In a row, without an answer that there is a certificate. */
  readonly failures: number;
  /** Not tried before; null: at any time. */
  readonly notBefore: Date | null;
  readonly lastAttemptAt: Date | null;
  readonly lastError: string | null;
  readonly renewAt: Date | null;
  /** Who has said when to renew. */
  readonly renewalBy: 'ca' | 'lifetime' | null;
  /** URL at which the CA explains why then. */
  readonly explanation: string | null;
  /** When the CA is asked again when to renew. */
  readonly askRenewalAt: Date | null;
}

export const renewalColumns: Columns<RenewalState> = {
  failures: 'failures',
  notBefore: 'not_before',
  lastAttemptAt: 'last_attempt_at',
  lastError: 'last_error',
  renewAt: 'renew_at',
  renewalBy: 'renewal_by',
  explanation: 'explanation',
  askRenewalAt: 'ask_renewal_at',
};
