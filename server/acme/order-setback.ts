import { UserError } from '../../base/errors.js';
import type { Setback } from './decisions/next-attempt.js';
import { sayOrderProblem, setbackOf } from './decisions/say-problem.js';
import { StillProcessing } from './order-certificate.js';
import { AcmeProblem, AcmeUnreachable } from './protocol/acme-problem.js';

/** What an attempt to order came to nothing of. */
export interface OrderSetback {
  /** A sentence. */
  readonly lastError: string;
  /** undefined: nothing was refused, and the order is to be looked at again. */
  readonly setback: Setback | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** What to say of a whole order. @param host of the CA @throws the error itself when it is none of the CA's */
export function setbackIn(host: string, error: unknown): OrderSetback {
  if (error instanceof StillProcessing)
    return {
      lastError: 'The CA still works on the order',
      setback: undefined,
      retryAfterMs: error.retryAfterMs,
    };
  if (error instanceof AcmeUnreachable) return { lastError: `${error.message}.`, setback: 'unreachable' };
  // The order stays: its certificate may be good a little later, by a clock that runs behind the CA's.
  if (error instanceof UserError)
    return {
      lastError: `The certificate of ${host} cannot be served: ${error.message}.`,
      setback: 'unreachable',
    };
  if (!(error instanceof AcmeProblem)) throw error;
  return {
    lastError: sayOrderProblem(host, error.problem),
    setback: setbackOf(error.status, error.problem),
    retryAfterMs: error.retryAfterMs,
  };
}

/** The next attempt makes the account known once more. */
export function isLostAccount(error: unknown): boolean {
  return error instanceof AcmeProblem && error.problem.type === 'accountDoesNotExist';
}
