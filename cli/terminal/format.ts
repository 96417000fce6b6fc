export type Cell = string | number | boolean | null | undefined;

/**
 * Columns padded to their widest cell, two spaces apart. Control characters are escaped: a cell never breaks
 * its line nor drives the terminal.
 */
export function table(headers: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [[...headers], ...rows.map((row) => row.map(cellText))];
  const widths = headers.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `name:  value` lines, values aligned. Lists become one line each value; absent values a dash. */
export function properties(
  pairs: readonly (readonly [name: string, value: Cell | readonly string[]])[],
): string {
  const width = Math.max(...pairs.map(([name]) => name.length)) + 3;
  const lines = pairs.flatMap(([name, value]) => {
    const values = Array.isArray(value) ? (value as readonly string[]) : [value as Cell];
    const shown = values.length > 0 ? values : [null];
    return shown.map((each, index) => {
      const label = index === 0 ? `${name}:` : '';
      return `${label.padEnd(width)}${cellText(each)}`;
    });
  });
  return lines.join('\n');
}

/** A dash for what is absent. */
function cellText(cell: Cell): string {
  return cell === null || cell === undefined || cell === '' ? '-' : printable(String(cell));
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Newlines, escapes and other control characters written out. */
export function printable(text: string): string {
  return text.replace(
    /\p{Cc}/gu,
    (character) => escapes[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/**
 * Text of elsewhere for a terminal: lines, tabs and colours (SGR) stay, whatever else drives a terminal goes.
 */
export function withoutControls(text: string): string {
  return text.replace(/\u001b\[[0-9;]*m|\p{Cc}/gu, (match) =>
    match.length > 1 || match === '\n' || match === '\t' ? match : '',
  );
}

/** 950 -> `950 ms`, 1240 -> `1.2 s`, 125000 -> `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`;
}

/** 4700000 -> `4.7 MB`. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = Math.min(units.length - 1, count < 1 ? 0 : Math.floor(Math.log10(count) / 3));
  return `${power === 0 ? count : (count / 1000 ** power).toFixed(1)} ${units[power]}`;
}

/** 536870912 -> `512M`: in the largest unit (of 1024) that says it exactly. */
export function memorySize(count: number): string {
  const [power, unit] = (
    [
      [3, 'G'],
      [2, 'M'],
      [1, 'K'],
    ] as const
  ).find(([each]) => count > 0 && count % 1024 ** each === 0) ?? [0, 'B'];
  return `${count / 1024 ** power}${unit}`;
}

/** `{web: 2, worker: 1}` -> `web=2 worker=1`. */
export function counts(of: Readonly<Record<string, number>>): string {
  return Object.entries(of)
    .map(([name, count]) => `${name}=${count}`)
    .join(' ');
}

/** Words as one sh command line; plain words stay as they are. */
export function shellWords(words: readonly string[]): string {
  return words
    .map((word) => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
