import { messageOf } from '../../base/errors.js';
import { renewalId, validityOf } from '../certificates/issued-certificate.js';
import type { OrderChanges } from '../store/app/certificates/auto-cert-store.js';
import type { AcmeParts } from './acme-parts.js';
import {
  isWithin,
  nextRenewalQuestion,
  renewalByLifetime,
  renewalByWindow,
  type Validity,
} from './decisions/renewal-time.js';
import type { RenewalInfo } from './protocol/acme-client.js';

/** A CA that does not say is asked again after so long. */
const dayMs = 86_400_000;

/** When a certificate is renewed, who says so, and when the CA is asked again. */
export type Renewal = Required<Pick<OrderChanges, 'renewAt' | 'renewalBy' | 'explanation' | 'askRenewalAt'>>;

/**
 * Asks the CA when to renew a certificate (RFC 9773); by its lifetime where the CA does not say, or does not answer.
 * @param before what was planned: a moment that is still in the CA's window stays
 */
export async function planRenewal(
  { formation: { now, random }, client, log }: AcmeParts,
  chain: string,
  before: Date | null,
  signal: AbortSignal,
): Promise<Renewal> {
  const [validity, id] = [validityOf(chain), renewalId(chain)];
  const info =
    id === undefined
      ? undefined
      : await client.renewalInfo(id, signal).catch((error: unknown) => {
          signal.throwIfAborted();
          log.warn({ err: messageOf(error) }, 'the CA did not say when to renew a certificate');
          return undefined;
        });
  const chosen = info && byWindow(info, validity, before, random(), now());
  return {
    renewAt: chosen ?? renewalByLifetime(validity),
    renewalBy: chosen === undefined ? 'lifetime' : 'ca',
    explanation: info?.explanation ?? null,
    askRenewalAt: nextRenewalQuestion(validity, info === undefined ? dayMs : info.retryAfterMs, now()),
  };
}

function byWindow(
  window: RenewalInfo,
  validity: Validity,
  before: Date | null,
  random: number,
  now: Date,
): Date | undefined {
  return before !== null && isWithin(window, before)
    ? before
    : renewalByWindow(window, validity, random, now);
}
