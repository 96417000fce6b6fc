import { keepLines, maxLines } from './kept-lines.js';

/** Characters of a line that are kept. */
const maxLength = 10_000;

/** Appends text to lines, of which the last may go on; what a line has beyond 10,000 characters goes. */
export function withText(lines: readonly string[], text: string, most = maxLines): readonly string[] {
  const [first = '', ...more] = text.split(/\r?\n/);
  const added = [(lines.at(-1) ?? '') + first, ...more].map((line) => line.slice(0, maxLength));
  return keepLines(lines.slice(0, -1), added, most);
}
