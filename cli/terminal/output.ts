import picocolors from 'picocolors';
import { withoutControls } from './format.js';
import type { Terminal, TextSink } from './terminal.js';

type Colours = ReturnType<typeof picocolors.createColors>;

/** Data goes to stdout, talk to stderr; colours only where a person looks. */
export class Output {
  /** Colours of stdout; every function is the identity when it is no terminal. */
  readonly colours: Colours;
  readonly #talkColours: Colours;
  readonly #stdout: TextSink;
  readonly #stderr: TextSink;

  constructor({ stdout, stderr, env }: Pick<Terminal, 'stdout' | 'stderr' | 'env'>) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    const wanted = (sink: TextSink): boolean =>
      sink.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
    this.colours = picocolors.createColors(wanted(stdout));
    this.#talkColours = picocolors.createColors(wanted(stderr));
  }

  /** One or more lines of data. */
  data(text: string): void {
    this.#stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  json(value: unknown): void {
    this.data(JSON.stringify(value, null, 2));
  }

  /** Bytes of somebody else's stream, as they come. */
  raw(stream: 'stdout' | 'stderr', text: string): void {
    (stream === 'stderr' ? this.#stderr : this.#stdout).write(text);
  }

  /** The same of bytes that may be no text. */
  bytes(stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    (stream === 'stderr' ? this.#stderr : this.#stdout).write(bytes);
  }

  talk(text: string): void {
    this.#stderr.write(`${text}\n`);
  }

  /** Talk that matters less than what stands around it. */
  aside(text: string): void {
    this.talk(this.#talkColours.dim(text));
  }

  warn(text: string): void {
    this.talk(`${this.#talkColours.yellow('Warning:')} ${text}`);
  }

  error(message: string, details: readonly string[] = []): void {
    this.talk(`${this.#talkColours.red('Error:')} ${withoutControls(message)}`);
    for (const line of details) this.talk(`  ${withoutControls(line)}`.trimEnd());
  }
}
