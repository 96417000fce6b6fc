import type { LogLine } from '../../../provisioner/node-commands/log-line-reader.js';

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
