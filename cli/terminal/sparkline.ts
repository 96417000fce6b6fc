const bars = '▁▂▃▄▅▆▇█';

/**
 * A column for each value, from the lowest bar for 0 to the highest for `top`; a blank where there is none. Zero is
 * drawn lower than anything that is more.
 */
export function sparkline(values: readonly (number | null)[], top = maxOf(values)): string {
  const level = (value: number): number =>
    value <= 0 || top <= 0
      ? 0
      : Math.min(bars.length - 1, Math.max(1, Math.ceil((value / top) * (bars.length - 1))));
  return values.map((value) => (value === null ? ' ' : bars[level(value)])).join('');
}

/** The highest value; 0 where there is none. */
export function maxOf(values: readonly (number | null)[]): number {
  return Math.max(0, ...values.filter((value) => value !== null));
}

/** The newest value; null where there is none. */
export function lastOf(values: readonly (number | null)[]): number | null {
  return values.findLast((value) => value !== null) ?? null;
}

/**
 * A line with a caret and a label below each marked column. Where there is no room for all the newer ones have it: an
 * older one, of a column further left, shows its caret alone, or nothing.
 */
export function markerLine(
  width: number,
  markers: readonly { readonly column: number; readonly label: string }[],
): string {
  const line = Array.from({ length: width }, () => ' ');
  /** From here on something stands there already, or the line ends. */
  let taken = width + 1;
  const newestFirst = [...markers].reverse().sort((one, other) => other.column - one.column);
  for (const { column, label } of newestFirst) {
    if (column < 0 || column >= width || column + 1 >= taken) continue;
    const isAtEnd = column + label.length >= width;
    const whole = isAtEnd
      ? { text: `${label}^`, start: column - label.length }
      : { text: `^${label}`, start: column };
    const fits = whole.start >= 0 && whole.start + whole.text.length < taken;
    const { text, start } = fits ? whole : { text: '^', start: column };
    [...text].forEach((character, index) => (line[start + index] = character));
    taken = start;
  }
  return line.join('').trimEnd();
}
