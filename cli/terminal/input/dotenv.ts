import { usageError } from '../errors.js';
import { shellWords } from '../format.js';

/**
 * Config as a file that `sh` can read, and `parseDotenv`, too: a `NAME=value` each, quoted where it must be.
 */
export function toDotenv(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${quoted(value)}\n`)
    .join('');
}

/** In double quotes where an apostrophe alone is in the way: other tools read that, too. */
function quoted(value: string): string {
  if (value === '') return '';
  return /^[^"\\$`]*'[^"\\$`]*$/.test(value) ? `"${value}"` : shellWords([value]);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/**
 * Variables of a .env file: `NAME=value` lines, `export` before them if you like, comments and empty lines.
 * Bare text ends at the line's end or at ` #`, without the blanks around it; quotes and backslashes within
 * are part of it. A value that begins with a quote ends with that quote, newlines within it: '...' is taken
 * as it is; in "..." \n \r \t \" \\ \$ are read; quoted pieces may follow each other, as 'it'\''s' does for
 * a shell. Nothing is expanded. What can be read in two ways is refused.
 * @throws CliError (usage) with the number of the line that the variable begins on; never quotes a value
 */
export function parseDotenv(text: string, file: string): Record<string, string> {
  const reader = new Reader(withPlainLineEnds(text.replace(/^\uFEFF/, '')), file);
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

/** In a file of Windows every line ends so; elsewhere a carriage return before a newline is of a value. */
function withPlainLineEnds(text: string): string {
  return /(?<!\r)\n/.test(text) ? text : text.replaceAll('\r\n', '\n');
}

class Reader {
  #at = 0;
  /** Where the present pair begins. */
  #from = 0;

  #before: { readonly name: string; readonly line: number } | undefined;

  constructor(
    private readonly text: string,
    private readonly file: string,
  ) {}

  pair(): { name: string; value: string } | undefined {
    this.#match(/(?:\s+|#[^\n]*)*/y);
    this.#from = this.#at;
    if (this.#at >= this.text.length) return undefined;
    const name = this.#match(/(?:export[ \t\r]+)?([A-Za-z_][A-Za-z0-9_]*)=/y)?.[1];
    if (name === undefined) throw this.wrong(this.#stray());
    this.#before = { name, line: this.#line() };
    const isQuoted = this.#match(/[ \t\r]*(?=['"])/y) !== undefined;
    return { name, value: isQuoted ? this.#quoted() : this.#bare() };
  }

  wrong(what: string): Error {
    return usageError(`${this.file}, line ${this.#line()}: ${what}`);
  }

  #line(): number {
    return this.text.slice(0, this.#from).split('\n').length;
  }

  /** Of a line that is no pair: it may be meant as more of the value before. */
  #stray(): string {
    if (this.#before === undefined) return 'no NAME=value';
    const { name, line } = this.#before;
    return `no NAME=value. If it belongs to ${name} of line ${line}: a value of several lines stands in quotes`;
  }

  /** Quoted pieces beside each other, to the end of the line that the last one ends on. */
  #quoted(): string {
    let value = '';
    while (this.#match(/[ \t\r]*(?:(?<=[ \t\r])#[^\n]*)?(?=\n|$)/y) === undefined) {
      const next = this.text[this.#at];
      if (next === "'") value += this.#single();
      else if (next === '"') value += this.#double();
      else if (this.#match(/\\'/y)) value += "'";
      else
        throw this.wrong(
          'text behind a closing quote: quote the whole value, and write \\" for a " within "..."',
        );
    }
    return value;
  }

  #bare(): string {
    const [line = ''] = this.#match(/[^\n]*/y) ?? [];
    const [, text = line, comment] = /^(.*?[ \t\r])(#.*)$/s.exec(line) ?? [];
    const value = text.replace(/^[ \t\r]+|[ \t\r]+$/g, '');
    if (comment !== undefined && value.split('"').length % 2 === 0)
      throw this.wrong('the # may begin a comment or be part of the value: quote the whole value');
    if (value.includes('\r'))
      throw this.wrong(
        'a carriage return within the value: quote the whole value, or end lines with newlines',
      );
    return value;
  }

  #single(): string {
    const match = this.#match(/'([^']*)'/y);
    if (match === undefined) throw this.wrong('a \' without its other: quote the whole value with "');
    return match[1] ?? '';
  }

  #double(): string {
    const match = this.#match(/"((?:[^"\\]|\\[^])*)"/y);
    if (match === undefined) throw this.wrong('a " without its other');
    return (match[1] ?? '').replace(
      /\\([^])/g,
      (pair, character: string) => escapes[character] ?? ('"\\$`'.includes(character) ? character : pair),
    );
  }

  /** What stands here, which is passed over; undefined where it does not. */
  #match(form: RegExp): RegExpExecArray | undefined {
    form.lastIndex = this.#at;
    const found = form.exec(this.text);
    if (found === null) return undefined;
    this.#at = form.lastIndex;
    return found;
  }
}
