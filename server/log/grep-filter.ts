/** A stored line that is whole: one that comes in parts has no newline at the end of its text. */
const wholeEnd = Buffer.from('\\n","stream":"');
const newline = 0x0a;
const backslash = 0x5c;
/**
 * Characters that stand in JSON as they are, whoever wrote it: Docker escapes `<`, `>` and `&`, too. A text of
 * fewer is in too many lines to be worth a look.
 */
const plain = /[A-Za-z0-9 _.,:;/()=+*#@!?'|~^$%[\]{}-]{2,}/g;

/**
 * Tells of many stored lines at once that none of them has a text, without reading each: a search through a gigabyte
 * finds nothing in most of it.
 */
export class GrepFilter {
  readonly #needle: Buffer | undefined;

  /** @param text that lines must contain; undefined: nothing can be said */
  constructor(text: string | undefined) {
    const [longest] = [...(text?.match(plain) ?? [])].sort((a, b) => b.length - a.length);
    this.#needle = longest === undefined ? undefined : Buffer.from(longest);
  }

  /**
   * Whether no line of these has the text, nor a part of it: parts of a line are told apart, since the text may lie
   * across two of them.
   * @param stored whole stored lines, each with its newline
   */
  cannotHave(stored: Buffer): boolean {
    if (this.#needle === undefined || stored.includes(this.#needle)) return false;
    return countWhole(stored) === countLines(stored);
  }
}

/** After a backslash it is not told whether the newline is one: such a line is not counted, and so it is read. */
function countWhole(stored: Buffer): number {
  let found = 0;
  for (let at = stored.indexOf(wholeEnd); at !== -1; at = stored.indexOf(wholeEnd, at + wholeEnd.length))
    if (stored[at - 1] !== backslash) found += 1;
  return found;
}

function countLines(stored: Buffer): number {
  let found = 0;
  for (let at = stored.indexOf(newline); at !== -1; at = stored.indexOf(newline, at + 1)) found += 1;
  return found;
}
