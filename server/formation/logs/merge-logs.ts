/** One line of a container's log. */
export interface LogLine {
  /** RFC 3339 with nanoseconds, as Docker writes it: sorts as text. */
  readonly at: string;
  /** `web.1` */
  readonly container: string;
  readonly text: string;
}

const form = /^(\S+) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) ?(.*)$/;

/**
 * Lines `web.1 2026-01-01T00:00:00.000000000Z text` of one node; what has another form keeps the time of the
 * line before it. Never throws.
 */
export function parseLogLines(text: string): LogLine[] {
  const lines: LogLine[] = [];
  for (const raw of text.split('\n')) {
    if (raw === '') continue;
    const [, container, at, rest] = form.exec(raw) ?? [];
    const before = lines.at(-1);
    if (container !== undefined && at !== undefined) lines.push({ at, container, text: rest ?? '' });
    else lines.push({ at: before?.at ?? '', container: before?.container ?? 'unknown', text: raw });
  }
  return lines;
}

/**
 * The newest `count` lines of all nodes, oldest first: `2026-01-01T00:00:00.000Z app[web.1]: text`. Each
 * container's own order stays.
 */
export function mergeLogs(nodes: readonly (readonly LogLine[])[], count: number): string[] {
  return mergedLines(nodes, count).map(formatLogLine);
}

/** As mergeLogs, not yet written out. */
export function mergedLines(nodes: readonly (readonly LogLine[])[], count: number): LogLine[] {
  const merged = nodes.flat().sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return count === 0 ? [] : merged.slice(-count);
}

/** `2026-01-01T00:00:00.000Z app[web.1]: text` */
export function formatLogLine({ at, container, text }: LogLine): string {
  return `${milliseconds(at)} app[${container}]: ${text}`;
}

function milliseconds(at: string): string {
  const [seconds = '', fraction = ''] = at.replace(/Z$/, '').split('.');
  return `${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}Z`;
}
