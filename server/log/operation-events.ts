import type { OperationSeen } from '../observe/observer.js';

/** What is done for an app again and again, and says nothing about it. */
const silent = new Set(['why-run', 'retire', 'clear-build-cache']);
const outcomes: Readonly<Record<string, string>> = {
  succeeded: 'is done',
  failed: 'failed',
  cancelled: 'was cancelled',
  superseded: 'was superseded by a newer request',
};

/** What an app's log says of an operation that begins or has ended; undefined: nothing. */
export function operationText({ kind, attempt, end }: OperationSeen): string | undefined {
  if (silent.has(kind)) return undefined;
  if (end === undefined) return attempt === 1 ? `${kind} begins` : `${kind} goes on, attempt ${attempt}`;
  if (typeof end.outcome === 'string') return undefined;
  const { state, error } = end.outcome as { readonly state?: string; readonly error?: ErrorSaid | null };
  const seconds = (end.ms / 1000).toFixed(1);
  const why = error?.message === undefined ? '' : `: ${error.message}`;
  return `${kind} ${outcomes[state ?? ''] ?? state ?? 'ended'} after ${seconds} s${why}`;
}

interface ErrorSaid {
  readonly message?: string;
}
