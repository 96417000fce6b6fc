import { Secret } from '../../../base/secret.js';

/** The text itself; only for the program, which is a Secret again as a whole. */
export function reveal(value: Secret | string): string {
  return value instanceof Secret ? value.reveal() : value;
}

/**
 * A value with the text of every Secret in its lists and objects in the Secret's place; for the program, too.
 */
export function revealWithin(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(revealWithin);
  return isPlain(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revealWithin(item)]))
    : value;
}

/** Whether there is a Secret anywhere in a value. */
export function holdsSecret(value: unknown): boolean {
  if (value instanceof Secret) return true;
  if (Array.isArray(value)) return value.some(holdsSecret);
  return isPlain(value) && Object.values(value).some(holdsSecret);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)
  );
}
