import type { Writable } from 'node:stream';

/** What is longer goes as so many bytes: the hook, a shell, reads lines a byte at a time. */
const maxLineBytes = 1000;

/** What push-hook.sh is told, a line each. */
export class HookReply {
  #said: string[] = [];

  constructor(private readonly line: Writable) {}

  /** Lines for the pusher; what is said at the same moment goes together. */
  say(text: string): void {
    if (this.#said.length === 0) setImmediate(() => this.#flush());
    this.#said.push(...text.split('\n'));
  }

  /** To git, as it is. */
  report(packets: readonly string[]): void {
    this.#flush();
    const text = packets.join('');
    this.#send(Buffer.byteLength(text) > maxLineBytes ? inBytes('out', text) : `out ${text}\n`);
  }

  /** That git sends push options, too. */
  takeOptions(): void {
    this.#send('version push-options\n');
  }

  /** Ends the hook. */
  end(code: 0 | 1): void {
    this.#flush();
    this.#send(`end ${code}\n`);
  }

  #flush(): void {
    if (this.#said.length === 0) return;
    const text = this.#said.map((each) => `${each}\n`).join('');
    const isLong = Buffer.byteLength(text) > maxLineBytes;
    this.#send(isLong ? inBytes('err', text) : this.#said.map((each) => `err ${each}\n`).join(''));
    this.#said = [];
  }

  #send(text: string): void {
    if (this.line.writable) this.line.write(text);
  }
}

function inBytes(word: 'err' | 'out', text: string): string {
  return `${word}+ ${Buffer.byteLength(text)}\n${text}`;
}
