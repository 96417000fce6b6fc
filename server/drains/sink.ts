import { isIP, type LookupFunction } from 'node:net';
import type { SecureContext } from 'node:tls';
import { drainRefusal } from '../formation/logs/drains.js';
import { allowedLookup } from '../remote/remote-networks.js';
import type { DrainLine } from './drain-line.js';

/** Where lines go. */
export interface Sink {
  /** Resolves when the sink has said that it has them all. @throws SinkFailure, and the signal's reason */
  send(lines: readonly DrainLine[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * Lines did not go through. `refused`: the sink will not have these lines, however often they come; `silent`: it did
 * not answer in time, so that fewer lines at once may do; `away`: everything else. Its message has no secret in it.
 */
export class SinkFailure extends Error {
  override readonly name = 'SinkFailure';

  constructor(
    message: string,
    readonly kind: 'refused' | 'silent' | 'away',
    /** Milliseconds for which the sink wants to be left alone. */
    readonly retryAfterMs = 0,
  ) {
    super(message);
  }
}

/** What a sink is dialled with. */
export interface SinkDialing {
  /** Has the certificate authorities that are trusted: hundreds, which are read once and not for each connection. */
  readonly secureContext: SecureContext;
  /** Whether an address may be dialled. */
  readonly allows: (address: string) => boolean;
  /** A sink that says nothing, or takes nothing, for so long is given up: 30 s in production. */
  readonly silenceMs: number;
  readonly now: () => Date;
}

/** @throws SinkFailure for an address that may not be dialled; names are looked at by `lookupFor` */
export function requireAllowed(host: string, { allows }: Pick<SinkDialing, 'allows'>): void {
  if (isIP(host) !== 0 && !allows(host)) throw new SinkFailure(drainRefusal(host), 'away');
}

/** Resolves names, and none to an address that may not be dialled. */
export function lookupFor({ allows }: Pick<SinkDialing, 'allows'>): LookupFunction {
  return allowedLookup({ allows }, (name) => new SinkFailure(drainRefusal(name), 'away'));
}
