/** One line of a container's log. */
export interface LogLine {
  /** RFC 3339 with nanoseconds, as Docker writes it: sorts as text. */
  readonly at: string;
  /** `web.1` */
  readonly container: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** A line of log-read.sh and log-follow.sh: `web.1 1. text`; 1 is stdout, 2 stderr; + has more to come. */
const pieceForm = /^(\S+) ([12])([.+]) ([^]*)$/;
const timeForm = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)(?: ([^]*))?$/;
/** What `docker logs` says itself, without a time, of a container that goes while it is asked for. */
const goneForm = /^Error(?: response from daemon)?: (?:No such container: |can not get logs from container )/;
/** Docker keeps longer lines in parts of so many bytes, and writes the line's time before each. */
const dockerPart = 16 * 1024;
/** Bytes of one line that are shown; what is more is counted. */
export const maxLine = 2 * 1024 * 1024;
/** So many lines of other streams may be under way at a time. */
const maxOpen = 2_000;

interface OpenLine {
  text: string;
  /** Bytes beyond `maxLine`. */
  left: number;
}

/**
 * Puts lines together from what a node writes, byte for byte: pieces of several containers and streams come
 * in any order, lines hold whatever an app writes, carriage returns and separators of other kinds too. One at
 * the end goes with the newline. What has another form keeps the time of the line before it; a container that
 * is gone says nothing. Never throws.
 */
export class LogLineReader {
  /** Bytes as latin1: a chunk may end within a character. */
  #rest = '';
  readonly #open = new Map<string, OpenLine>();
  #before: LogLine = { at: '', container: 'unknown', stream: 'stdout', text: '' };

  constructor(private readonly onLine: (line: LogLine) => void) {}

  feed(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    // The node writes no piece as long as this.
    if (this.#rest.length > maxLine) lines.push(this.#rest.slice(0, maxLine));
    if (this.#rest.length > maxLine) this.#rest = this.#rest.slice(maxLine);
    for (const line of lines) if (line !== '') this.#take(line);
  }

  /** Gives what is left when nothing more comes. */
  end(): void {
    if (this.#rest !== '') this.#take(this.#rest);
    this.#rest = '';
    for (const [key, line] of this.#open) this.#finish(key, line);
  }

  #take(raw: string): void {
    const [, container, stream, mark, piece = ''] = pieceForm.exec(raw) ?? [];
    if (container === undefined) return this.#give({ ...this.#before, text: utf8(raw) });
    const key = `${container} ${stream}`;
    const line = this.#open.get(key) ?? { text: '', left: 0 };
    const room = maxLine - line.text.length;
    line.text += piece.slice(0, room);
    line.left += Math.max(0, piece.length - room);
    if (mark === '.') return this.#finish(key, line);
    this.#open.set(key, line);
    const [oldest] = this.#open;
    if (this.#open.size > maxOpen && oldest !== undefined) this.#finish(...oldest);
  }

  #finish(key: string, { text, left }: OpenLine): void {
    this.#open.delete(key);
    const [container = '', number] = key.split(' ');
    const stream = number === '2' ? 'stderr' : 'stdout';
    const [, at, rest = ''] = timeForm.exec(text.replace(/\r$/, '')) ?? [];
    if (at === undefined && stream === 'stderr' && goneForm.test(text)) return;
    if (at === undefined)
      return this.#give({ at: this.#before.at, container, stream, text: utf8(text.replace(/\r$/, '')) });
    const whole = rest.length < dockerPart ? rest : rest.replaceAll(`${at} `, '');
    const more = left === 0 ? '' : ` ... (${left} bytes more)`;
    this.#give({ at, container, stream, text: `${utf8(whole)}${more}` });
  }

  #give(line: LogLine): void {
    this.#before = line;
    this.onLine(line);
  }
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
