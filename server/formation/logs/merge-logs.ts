import type { LogLine } from '../../../provisioner/node-commands/log-line-reader.js';
import type { KeptLine } from '../context/kept/kept-lines.js';

/** A line as it is shown. Absent: what an app wrote. */
export interface ShownLine extends LogLine {
  readonly source?: KeptLine['source'];
}

/**
 * The newest `count` lines of all nodes, oldest first: `2026-01-01T00:00:00.000Z app[web.1]: text`. Each
 * container's own order stays.
 */
export function mergeLogs(nodes: readonly (readonly ShownLine[])[], count: number): string[] {
  return mergedLines(nodes, count).map(formatLogLine);
}

/** As mergeLogs, not yet written out. */
export function mergedLines(nodes: readonly (readonly ShownLine[])[], count: number): ShownLine[] {
  const merged = nodes.flat().sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return count === 0 ? [] : merged.slice(-count);
}

/** A line that the log server keeps, as it is shown. */
export function shownLine({ at, process, stream, text, source }: KeptLine): ShownLine {
  return { at, container: process, stream, text, source };
}

/** Those lines that are not among `others`: a stream writes no two lines at one time. */
export function linesBeside(lines: readonly ShownLine[], others: readonly ShownLine[]): ShownLine[] {
  const known = new Set(others.map(lineId));
  return lines.filter((line) => !known.has(lineId(line)));
}

/** `2026-01-01T00:00:00.000Z app[web.1]: text` */
export function formatLogLine({ at, container, text, source = 'app' }: ShownLine): string {
  return `${milliseconds(at)} ${source}[${container}]: ${text}`;
}

function lineId({ at, container, stream, source = 'app' }: ShownLine): string {
  return `${at} ${source} ${container} ${stream}`;
}

function milliseconds(at: string): string {
  const [seconds = '', fraction = ''] = at.replace(/Z$/, '').split('.');
  return `${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}Z`;
}
