import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Terminal, TerminalInput, TerminalSize } from '../../../cli/terminal/terminal.js';

/**
 * A terminal in memory with a home and a working directory of its own; give it answers and somebody sits
 * there.
 */
export class TestTerminal implements Terminal {
  readonly home = mkdtempSync(join(tmpdir(), 'deis-cli-'));
  readonly cwd = this.home;
  /** ssh goes by the system's home folder, not by HOME: it is told to stay in this one. */
  readonly env: Record<string, string | undefined> = {
    HOME: this.home,
    GIT_SSH_COMMAND: `ssh -F /dev/null -o UserKnownHostsFile=${join(this.home, '.ssh', 'known_hosts')}`,
  };
  readonly answers: string[] = [];
  readonly questions: { question: string; secret: boolean }[] = [];
  interactive = false;
  inputIsFile = false;
  piped = true;
  input: string | Buffer = '';
  out = '';
  err = '';
  readonly stdout = {
    isTTY: false,
    write: (text: string | Uint8Array): void => void (this.out += Buffer.from(text).toString()),
  };
  readonly stderr = {
    write: (text: string | Uint8Array): void => void (this.err += Buffer.from(text).toString()),
  };
  readonly #interrupts = new Set<() => void>();

  readonly keyboard = {
    isTerminal: false,
    size: () => ({ rows: 40, columns: 132 }),
    onResize: (callback: (size: TerminalSize) => void): (() => void) => {
      this.resize = callback;
      return () => undefined;
    },
    onTerminate: () => () => undefined,
    /** Types `input`, and goes on with whatever a test types later. */
    read: ({ onData, onEnd }: Parameters<TerminalInput['read']>[0]): (() => void) => {
      const first = onData(Buffer.from(this.input));
      if (!this.keyboard.isTerminal) void first.then(() => onEnd());
      this.type = (text) => void onData(Buffer.from(text));
      return () => undefined;
    },
  };
  resize: (size: TerminalSize) => void = () => undefined;
  type: (text: string) => void = () => undefined;

  /** Runs `deis` here and returns its exit code; `out` and `err` hold what this run printed. */
  async deis(...words: string[]): Promise<number> {
    this.out = '';
    this.err = '';
    // Mocha requires test files where Node can require ES modules, so a static import would load `cli/`
    // beside the instance that its own import() loads.
    const { main } = await import('../../../cli/main.js');
    return main(words, this);
  }

  async ask(question: string, { secret = false }: { secret?: boolean } = {}): Promise<string> {
    this.questions.push({ question, secret });
    const answer = this.answers.shift();
    if (answer === undefined) throw new Error(`the test has no answer to: ${question}`);
    return answer;
  }

  async readInput(): Promise<string> {
    return this.input.toString();
  }

  inputStream(): Readable {
    return Readable.from([this.input]);
  }

  onInterrupt(callback: () => void): () => void {
    this.#interrupts.add(callback);
    return () => void this.#interrupts.delete(callback);
  }

  pressCtrlC(): void {
    for (const callback of this.#interrupts) callback();
  }

  dispose(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
