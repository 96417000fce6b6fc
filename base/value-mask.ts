import { stripVTControlCharacters } from 'node:util';

const mask = '[masked]';
/** Values of so many characters are shown: a port, `true`, a word that stands everywhere. */
export const maxShown = 6;
const shortest = maxShown + 1;
/** Longer ones are looked for in pieces, so that a look at one place of a text takes no longer than this. */
const maxPiece = 256;

/**
 * Takes secret values out of text that programs wrote who knew them: as they are, line by line, as JSON and
 * URLs have them. What encodes or splits a value otherwise passes. A text takes time by its length,
 * however many values there are.
 */
export class ValueMask {
  /** Sorted, none twice. */
  readonly #pieces: readonly string[];
  /** Of each piece the longest other one that it begins with. */
  readonly #shorter: ReadonlyMap<string, string>;
  /** What pieces begin with. */
  readonly #beginnings: ReadonlySet<string>;

  constructor(values: Iterable<string>) {
    this.#pieces = [...new Set([...values].flatMap(piecesOf))].sort(compare);
    this.#beginnings = new Set(this.#pieces.map((piece) => piece.slice(0, shortest)));
    this.#shorter = beginnings(this.#pieces);
  }

  /** The text, or so much of it, with `[masked]` in the place of values, also of one that ends behind. */
  text(text: string, most = text.length): string {
    let [shown, end] = ['', 0];
    let isMasked = false;
    for (let at = 0; at < most && at + shortest <= text.length; at += 1) {
      const length = this.#lengthAt(text, at);
      if (length === 0) continue;
      // Values that overlap or touch are one.
      if (!isMasked || at > end) shown += text.slice(end, at) + mask;
      end = Math.max(end, at + length);
      isMasked = true;
    }
    return shown + text.slice(end, Math.max(end, most));
  }

  /** As `text`, of text cut at its beginning, or below its first line: a value may have lost its own. */
  cutText(text: string): string {
    const second = text.indexOf('\n') + 1;
    const [first, rest] = [text.slice(0, second), text.slice(second)];
    return this.text(this.#withoutRest(first) + this.#withoutRest(rest));
  }

  /** Of the longest piece that begins there; 0 where none does. */
  #lengthAt(text: string, at: number): number {
    if (!this.#beginnings.has(text.slice(at, at + shortest))) return 0;
    const ahead = text.slice(at, at + maxPiece);
    let [low, high] = [0, this.#pieces.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#pieces[middle]! <= ahead) low = middle + 1;
      else high = middle;
    }
    // What `ahead` begins with is the last piece before it, or what that begins with.
    let piece = this.#pieces[low - 1];
    while (piece !== undefined && !ahead.startsWith(piece)) piece = this.#shorter.get(piece);
    return piece?.length ?? 0;
  }

  /** Masks the longest end of a piece that the text begins with. */
  #withoutRest(text: string): string {
    if (text.length < shortest) return text;
    const head = text.slice(0, shortest);
    const restOf = (piece: string): number => {
      for (let at = piece.indexOf(head, 1); at > 0; at = piece.indexOf(head, at + 1)) {
        if (text.startsWith(piece.slice(at))) return piece.length - at;
      }
      return 0;
    };
    const length = this.#pieces.reduce((most, piece) => Math.max(most, restOf(piece)), 0);
    return length === 0 ? text : mask + text.slice(length);
  }
}

/** Masks nothing. */
export const noMask = new ValueMask([]);

function piecesOf(value: string): string[] {
  const lines = value.split(/[\r\n]+/).flatMap((line) => [line, withoutControls(line)]);
  const forms = [...lines, ...passwordOf(value)].flatMap((line) => [
    line,
    JSON.stringify(line).slice(1, -1),
    inUrl(line),
  ]);
  return forms
    .map((form) => form.trim())
    .filter((form) => form.length >= shortest)
    .flatMap(cutUp);
}

function withoutControls(line: string): string {
  return stripVTControlCharacters(line).replace(/[^\P{Cc}\t]/gu, '');
}

/** `postgres://user:password@host/name`: clients tell the password's owner and place without the rest. */
function passwordOf(value: string): string[] {
  const password = URL.canParse(value) ? new URL(value).password : '';
  return [password, fromUrl(password)];
}

function inUrl(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}

function fromUrl(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The last piece overlaps the one before it: none is too short to be told from ordinary words. */
function cutUp(form: string): string[] {
  if (form.length <= maxPiece) return [form];
  const pieces = Array.from({ length: Math.floor(form.length / maxPiece) }, (_, n) =>
    form.slice(n * maxPiece, (n + 1) * maxPiece),
  );
  return [...pieces, form.slice(-maxPiece)];
}

function beginnings(sorted: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  const open: string[] = [];
  for (const piece of sorted) {
    while (open.length > 0 && !piece.startsWith(open.at(-1)!)) open.pop();
    const shorter = open.at(-1);
    if (shorter !== undefined) found.set(piece, shorter);
    open.push(piece);
  }
  return found;
}

/** As `<=` compares, by code units. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
