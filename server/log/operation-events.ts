import type { OperationSeen } from '../observe/observer.js';

/** What is done for an app again and again, and says nothing about it. */
const silent = new Set(['why-run', 'retire', 'clear-build-cache']);
const outcomes: Readonly<Record<string, string>> = {
  succeeded: 'is done',
  failed: 'failed',
  cancelled: 'was cancelled',
  superseded: 'was superseded by a newer request',
};

/** Operations whose release has its number only when they have ended. */
const making = new Set(['push', 'import-build']);

/** What its row tells of an operation. */
export interface OperationAbout {
  /** What it makes live, or builds: `v12`, `c0ffee12`. */
  readonly subject?: string | undefined;
  /** Who asked for it. */
  readonly by?: string | undefined;
}

/** What an app's log says of an operation that begins or has ended; undefined: nothing. */
export function operationText(
  { kind, attempt, end }: OperationSeen,
  { subject, by }: OperationAbout = {},
): string | undefined {
  if (silent.has(kind)) return undefined;
  const name = subject === undefined ? kind : `${kind} of ${subject}`;
  if (end === undefined) {
    if (attempt > 1) return `${name} goes on, attempt ${attempt}`;
    return by === undefined ? `${name} begins` : `${name} by ${by} begins`;
  }
  if (typeof end.outcome === 'string') return undefined;
  const seconds = (end.ms / 1000).toFixed(1);
  return `${name} ${howItEnded(kind, end.outcome, seconds)}`;
}

function howItEnded(kind: string, { state = '', error, result }: OutcomeSaid, seconds: string): string {
  const how = `${outcomes[state] ?? (state || 'ended')} after ${seconds} s`;
  if (error?.message !== undefined) return `${how}: ${error.message}`;
  if (!making.has(kind) || typeof result?.release !== 'number') return how;
  return `${how}: v${result.release} is ${result.state ?? 'made'}`;
}

interface OutcomeSaid {
  readonly state?: string;
  readonly error?: { readonly message?: string } | null;
  readonly result?: { readonly release?: unknown; readonly state?: string } | null;
}
