import type { Delivery } from '../../api/types.js';

/** What somebody was told, in a sentence; null where the body holds none. */
export function toldIn(body: unknown): string | null {
  const { text } = (typeof body === 'object' && body !== null ? body : {}) as { text?: unknown };
  return typeof text === 'string' ? text : null;
}

/** What the other side said last; empty before it was asked. */
export function lastWord({ last_error: error, last_status: status }: Delivery): string {
  return error ?? (status === null ? '' : `it answered ${status}`);
}

/** `once`, `3 times`. */
export function tries(attempts: number): string {
  return attempts === 1 ? 'once' : `${attempts} times`;
}
