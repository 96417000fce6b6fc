/** One line that the log server keeps. */
export interface KeptLine {
  /** RFC 3339 with nanoseconds, as the container's engine gave it: sorts as text. */
  readonly at: string;
  readonly source: 'app' | 'deis';
  /** `web.1`; of the platform's own lines what it speaks of, e.g. `deploy`. */
  readonly process: string;
  readonly stream: 'stdout' | 'stderr';
  /** `v7`; absent of the platform's own. */
  readonly release?: string;
  readonly node: string;
  readonly text: string;
}

/** NODE CONTAINER OFFSET and what Docker wrote of the line. */
const storedForm = /^(\S+) (\S+) (\S+) +(\{.*\})$/;
const tagForm = /^(deis|platform)\/([^/]+)(?:\/(v\d+))?$/;
const timeForm = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;
/** Characters of one line that are shown; what is more is counted. */
const maxLine = 2 * 1024 * 1024;
/** So many lines may be under way at a time, each of a container and stream of its own, of so many characters. */
const maxOpen = 2_000;
const maxOpenText = 4 * maxLine;
/** A node sends again what was not acknowledged: what came within so many lines is known. */
const maxKnown = 5_000;

interface OpenLine extends KeptLine {
  /** Where its first part stands. */
  readonly start: number;
  /** Characters beyond `maxLine`. */
  readonly left: number;
}

/**
 * Puts lines together from what the log server has stored: a long one comes in parts, of several containers
 * side by side, and after a connection broke some come twice. Never throws: what has another form becomes a
 * line of the platform's own, `deis[unknown]`.
 */
export class KeptLineReader {
  readonly #open = new Map<string, OpenLine>();
  #openText = 0;
  #known = new Set<string>();
  #knownBefore = new Set<string>();
  #lastAt = '';

  constructor(private readonly onLine: (line: KeptLine) => void) {}

  /** Where the oldest line stands of which more is to come; undefined: there is none. */
  get openFrom(): number | undefined {
    const [oldest] = this.#open.values();
    return oldest?.start;
  }

  /** Takes one stored line, without its newline, and where it stands. */
  feed(stored: string, start = 0): void {
    const [, node = '', container = '', offset = '', json = ''] = storedForm.exec(stored) ?? [];
    const part = parsePart(node, json);
    if (part === undefined) return this.#give(unknownLine(stored, this.#lastAt));
    if (offset !== '-' && this.#isKnown(`${container} ${offset} ${part.at}`)) return;
    const key = `${container} ${part.stream} ${part.process}`;
    const isWhole = part.text.endsWith('\n');
    const text = isWhole ? part.text.slice(0, -1) : part.text;
    const before = this.#open.get(key);
    const joined = join(before, { ...part, text, start, left: 0 });
    this.#openText += joined.text.length - lengthOf(before);
    if (isWhole) return this.#finish(key, joined);
    this.#open.set(key, joined);
    this.#cutOldest();
  }

  /** Gives what is left when nothing more comes. */
  end(): void {
    for (const [key, line] of this.#open) this.#finish(key, line);
  }

  /** Until lines that have not ended are within their bounds. */
  #cutOldest(): void {
    for (const oldest of this.#open) {
      if (this.#open.size <= maxOpen && this.#openText <= maxOpenText) return;
      this.#finish(...oldest);
    }
  }

  #finish(key: string, { left, start: _start, ...line }: OpenLine): void {
    this.#open.delete(key);
    this.#openText -= line.text.length;
    const more = left === 0 ? '' : ` ... (${left} characters more)`;
    this.#give({ ...line, text: `${line.text.replace(/\r$/, '')}${more}` });
  }

  #give(line: KeptLine): void {
    this.#lastAt = line.at;
    this.onLine(line);
  }

  #isKnown(id: string): boolean {
    if (this.#known.has(id) || this.#knownBefore.has(id)) return true;
    if (this.#known.size >= maxKnown) [this.#knownBefore, this.#known] = [this.#known, new Set()];
    this.#known.add(id);
    return false;
  }
}

function lengthOf(line: OpenLine | undefined): number {
  return line?.text.length ?? 0;
}

function join(before: OpenLine | undefined, part: OpenLine): OpenLine {
  const { text, left } = before ?? { text: '', left: 0 };
  const room = maxLine - text.length;
  return {
    ...(before ?? part),
    text: text + part.text.slice(0, room),
    left: left + Math.max(0, part.text.length - room),
  };
}

function parsePart(node: string, json: string): KeptLine | undefined {
  try {
    const { log, stream, attrs, time } = JSON.parse(json) as Record<string, unknown>;
    const tag = (attrs as Record<string, unknown> | undefined)?.['tag'];
    const [, kind, process, release] = tagForm.exec(String(tag)) ?? [];
    const at = nanoseconds(String(time));
    if (typeof log !== 'string' || process === undefined || at === undefined) return undefined;
    return {
      at,
      source: kind === 'platform' ? 'deis' : 'app',
      process,
      stream: stream === 'stderr' ? 'stderr' : 'stdout',
      ...(release === undefined ? {} : { release }),
      node,
      text: log,
    };
  } catch {
    return undefined;
  }
}

function unknownLine(text: string, at: string): KeptLine {
  return { at, source: 'deis', process: 'unknown', stream: 'stdout', node: '', text: text.slice(0, maxLine) };
}

/** Docker leaves out zeros at the end; with them times sort as text. */
function nanoseconds(time: string): string | undefined {
  const [, seconds, fraction = ''] = timeForm.exec(time) ?? [];
  return seconds === undefined ? undefined : `${seconds}.${fraction.padEnd(9, '0')}Z`;
}
