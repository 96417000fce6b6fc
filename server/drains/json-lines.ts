import type { DrainLine } from './drain-line.js';
import { splitText } from './split-text.js';

/** Bytes of one line's text; a longer one is several. */
const maxTextBytes = 128 * 1024;

/** An object a line, each with a newline behind it. */
export function jsonLines(lines: readonly DrainLine[]): string {
  return lines
    .flatMap((line) => splitText(line.text, maxTextBytes).map((text) => objectOf(line, text)))
    .join('');
}

function objectOf(
  { at, formation, source, process, stream, release, node }: DrainLine,
  message: string,
): string {
  return `${JSON.stringify({ time: at, formation, source, process, stream, release, node, message })}\n`;
}

/** The body of Loki's push API: a stream for each set of labels, its lines in order. */
export function lokiPush(lines: readonly DrainLine[]): string {
  const streams = new Map<string, { stream: Record<string, string>; values: [string, string][] }>();
  for (const line of lines) {
    const { formation, source, process, stream, release = '', node } = line;
    const key = JSON.stringify([formation, source, process, stream, release, node]);
    let found = streams.get(key);
    if (found === undefined) streams.set(key, (found = { stream: labelsOf(line), values: [] }));
    for (const text of splitText(line.text, maxTextBytes)) found.values.push([nanoseconds(line.at), text]);
  }
  return JSON.stringify({ streams: [...streams.values()] });
}

function labelsOf({ formation, source, process, stream, release, node }: DrainLine): Record<string, string> {
  const labels = { formation, source, process, stream, release, node };
  return Object.fromEntries(
    Object.entries(labels).filter((entry): entry is [string, string] => (entry[1] ?? '') !== ''),
  );
}

/** Since 1970. */
function nanoseconds(at: string): string {
  const [, below = '000000'] = /\.\d{3}(\d{6})Z$/.exec(at) ?? [];
  return `${Date.parse(at)}${below}`;
}
