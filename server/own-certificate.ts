import type { Secret } from '../base/secret.js';
import { newEcKey } from './certificates/ec-key.js';
import { selfSigned } from './certificates/self-signed.js';
import type {
  ApiCertificateRecord,
  ApiCertificateState,
  ApiCertificateStore,
} from './store/app/certificates/api-certificate-store.js';
import { lookEvery, type TlsPair } from './certificates/tls-certificate.js';

type Kept = Pick<ApiCertificateStore, 'byDomain' | 'state'>;

/** How often the database is looked at for a newer certificate: another controller may have ordered it. */
const lookEveryMs = 2000;
const dayMs = 86_400_000;
const selfSignedDays = 365;

/** The pair to begin with: the one that is kept, also when it has expired, else one that is signed by itself. */
export async function firstPair(
  store: Kept,
  domain: string,
  now: Date,
): Promise<{ readonly pair: TlsPair; readonly fingerprint: string | undefined }> {
  const kept = keptPair(await store.byDomain(domain));
  if (kept !== undefined) return kept;
  const key = newEcKey();
  // From a day before, for clocks that differ.
  const [from, until] = [-1, selfSignedDays].map((days) => new Date(now.getTime() + days * dayMs)) as [
    Date,
    Date,
  ];
  return { pair: pairOf(selfSigned([domain], key, from, until), key), fingerprint: undefined };
}

export interface KeptPair {
  readonly pair: TlsPair;
  readonly fingerprint: string;
  readonly expiresAt: Date;
}

interface Watched {
  readonly store: Kept;
  readonly domain: string;
  /** Fingerprint of what is shown; undefined: something else is. */
  readonly known: string | undefined;
  /** Told how far it is, at each look. */
  readonly onLook?: (state: ApiCertificateState) => void;
}

/**
 * Calls back with the pair that is kept when it is another one than the one that is shown. A database that does not
 * answer leaves that in use. The returned function ends it.
 */
export function watchKeptPair(
  { store, domain, known, onLook }: Watched,
  onPair: (kept: KeptPair) => void,
  onTrouble: (error: unknown) => void,
  everyMs = lookEveryMs,
): () => void {
  let shown = known;
  const look = async (isOver: () => boolean): Promise<void> => {
    const state = await store.state(domain);
    if (state === undefined) return;
    onLook?.(state);
    if (state.fingerprint === null || state.fingerprint === shown) return;
    const kept = keptPair(await store.byDomain(domain));
    if (kept === undefined || isOver()) return;
    onPair(kept);
    shown = kept.fingerprint;
  };
  return lookEvery(everyMs, (isOver) => look(isOver).catch(onTrouble));
}

function keptPair(record: ApiCertificateRecord | undefined): KeptPair | undefined {
  if (record === undefined) return undefined;
  const { certificate, key, fingerprint, expiresAt } = record;
  if (certificate === null || key === null || fingerprint === null || expiresAt === null) return undefined;
  return { pair: pairOf(certificate, key), fingerprint, expiresAt };
}

function pairOf(certificate: string, key: Secret): TlsPair {
  return { cert: Buffer.from(certificate), key: Buffer.from(key.reveal()), minVersion: 'TLSv1.2' };
}
