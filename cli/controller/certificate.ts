/** A formation's certificate, as the API answers it. */
export interface Certificate {
  readonly id: string;
  readonly domains: readonly string[];
  /** SHA-256 of the leaf. */
  readonly fingerprint: string;
  readonly expires_at: string;
  readonly source: 'manual' | 'acme' | 'generated';
  /** Null: the controller does not renew it. */
  readonly renewal: CertificateRenewal | null;
  readonly certificate: string;
  readonly created_at: string;
}

interface CertificateRenewal {
  readonly next_at: string | null;
  readonly by: 'ca' | 'lifetime' | null;
  readonly explanation: string | null;
  readonly last_attempt_at: string | null;
  readonly last_error: string | null;
  readonly next_attempt_at: string | null;
}

/** How far the certificates are that the controller orders, as the API answers it. */
export interface AutoCertificates {
  readonly enabled: boolean;
  /** Host of the CA. */
  readonly ca: string;
  readonly names: readonly AutoCertificateName[];
}

export interface AutoCertificateName {
  readonly name: string;
  readonly state: 'serving' | 'delivering' | 'waiting' | 'failing' | 'yours' | 'wildcard';
  readonly certificate: string | null;
  readonly problem: string | null;
  readonly next_attempt_at: string | null;
}
