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
 * A line with a caret and a label below each marked column; one that would write over the label before it shows its
 * caret alone, or nothing.
 */
export function markerLine(
  width: number,
  markers: readonly { readonly column: number; readonly label: string }[],
): string {
  const line = Array.from({ length: width }, () => ' ');
  let free = 0;
  for (const { column, label } of [...markers].sort((one, other) => one.column - other.column)) {
    if (column < free || column >= width) continue;
    const text = `^${label}`;
    const fits = column + text.length <= width;
    const shown = fits ? text : column - label.length >= free ? `${label}^` : '^';
    const start = fits || shown === '^' ? column : column - label.length;
    [...shown].forEach((character, index) => (line[start + index] = character));
    free = start + shown.length + 1;
  }
  return line.join('').trimEnd();
}
