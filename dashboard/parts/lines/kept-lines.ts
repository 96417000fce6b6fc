/** Lines that are kept of a stream; the oldest go. */
export const maxLines = 100_000;

/** Appends lines, and lets the oldest go beyond `most`. */
export function keepLines(
  lines: readonly string[],
  added: readonly string[],
  most = maxLines,
): readonly string[] {
  const all = lines.concat(added);
  return all.length > most ? all.slice(all.length - most) : all;
}

/**
 * What of a stream that begins again is new: it repeats lines that were told before the gap, as many as `told` has of
 * each. Call with each line in its order.
 */
export function skipTold(told: readonly string[]): (line: string) => boolean {
  const left = new Map<string, number>();
  for (const line of told) left.set(line, (left.get(line) ?? 0) + 1);
  return (line) => {
    const count = left.get(line) ?? 0;
    if (count > 0) left.set(line, count - 1);
    return count === 0;
  };
}
