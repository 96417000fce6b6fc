import { usageError } from './errors.js';
import { shellWords } from './format.js';

/**
 * Config as a file that `sh` can read, and `parseDotenv`, too: a `NAME=value` each, quoted where it must be.
 */
export function toDotenv(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value === '' ? '' : shellWords([value])}\n`)
    .join('');
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
const whitespace = /[^\S\n]/;

/**
 * Variables of a .env file: `NAME=value` lines, `export` before them if you like, comments and empty lines. A
 * value is quoted as in a shell: '...' is taken as it is, newlines too; in "..." \n \r \t \" \\ \$ are read;
 * bare text ends at the line's end or at ` #`. Nothing is expanded.
 * @throws CliError (usage) with the number of the line; never quotes a value
 */
export function parseDotenv(text: string, file: string): Record<string, string> {
  const reader = new Reader(text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'), file);
  const values: Record<string, string> = {};
  for (let pair = reader.pair(); pair !== undefined; pair = reader.pair()) {
    if (Object.hasOwn(values, pair.name)) throw reader.wrong(`${pair.name} stands there twice`);
    Object.defineProperty(values, pair.name, {
      value: pair.value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return values;
}

class Reader {
  #at = 0;

  constructor(
    private readonly text: string,
    private readonly file: string,
  ) {}

  pair(): { name: string; value: string } | undefined {
    this.#skip();
    if (this.#at >= this.text.length) return undefined;
    const match = /(?:export[^\S\n]+)?([A-Za-z_][A-Za-z0-9_]*)=/y;
    match.lastIndex = this.#at;
    const name = match.exec(this.text)?.[1];
    if (name === undefined) throw this.wrong('no NAME=value');
    this.#at = match.lastIndex;
    return { name, value: this.#value() };
  }

  wrong(what: string): Error {
    return usageError(`${this.file}, line ${this.text.slice(0, this.#at).split('\n').length}: ${what}`);
  }

  /** Empty lines and comments. */
  #skip(): void {
    const blank = /(?:\s+|#[^\n]*)*/y;
    blank.lastIndex = this.#at;
    blank.exec(this.text);
    this.#at = blank.lastIndex;
  }

  /** Quoted and bare pieces beside each other, as 'it'\''s'. */
  #value(): string {
    let value = '';
    for (let next = this.text[this.#at]; next !== undefined && next !== '\n'; next = this.text[this.#at]) {
      if (next === "'") value += this.#single();
      else if (next === '"') value += this.#double();
      else if (whitespace.test(next)) {
        if (!this.#endsLine()) value += this.#take(1);
        else break;
      } else if (next === '\\' && this.text[this.#at + 1] !== '\n') value += this.#take(2).slice(1);
      else value += this.#take(1);
    }
    return value;
  }

  /** Whether only blanks and a comment follow on this line; then they are passed over. */
  #endsLine(): boolean {
    const rest = /[^\S\n]+(?:#[^\n]*)?(?=\n|$)/y;
    rest.lastIndex = this.#at;
    if (!rest.test(this.text)) return false;
    this.#at = rest.lastIndex;
    return true;
  }

  #single(): string {
    const end = this.text.indexOf("'", this.#at + 1);
    if (end === -1) throw this.wrong("a ' without its other");
    return this.#take(end + 1 - this.#at).slice(1, -1);
  }

  #double(): string {
    const match = /"((?:[^"\\]|\\[^])*)"/y;
    match.lastIndex = this.#at;
    const inside = match.exec(this.text)?.[1];
    if (inside === undefined) throw this.wrong('a " without its other');
    this.#at = match.lastIndex;
    return inside.replace(
      /\\([^])/g,
      (pair, character: string) => escapes[character] ?? ('"\\$`'.includes(character) ? character : pair),
    );
  }

  #take(count: number): string {
    const taken = this.text.slice(this.#at, this.#at + count);
    this.#at += count;
    return taken;
  }
}
