import type { TimeoutChanges, Timeouts } from '../../api/types.js';

/** Seconds that are typed for each process type; empty: the default. */
export type TypedTimeouts = Readonly<Record<string, string>>;

/** Timeouts as a form shows them, also of process types that have none of their own. */
export function typedTimeouts(
  { timeouts }: Pick<Timeouts, 'timeouts'>,
  more: readonly string[],
): TypedTimeouts {
  const names = [...new Set([...Object.keys(timeouts), ...more])].sort();
  return Object.fromEntries(names.map((name) => [name, String(timeouts[name] ?? '')]));
}

/** What of `typed` differs from `before`, for the API; undefined: nothing. */
export function timeoutChanges(before: TypedTimeouts, typed: TypedTimeouts): TimeoutChanges | undefined {
  const changed = Object.entries(typed).filter(([name, seconds]) => seconds !== before[name]);
  if (changed.length === 0) return undefined;
  return Object.fromEntries(
    changed.map(([name, seconds]) => [name, seconds === '' ? null : Number(seconds)]),
  );
}
