/** A formation's certificate, as the API answers it. */
export interface Certificate {
  readonly id: string;
  readonly domains: readonly string[];
  /** SHA-256 of the leaf. */
  readonly fingerprint: string;
  readonly expires_at: string;
  readonly certificate: string;
  readonly created_at: string;
}
