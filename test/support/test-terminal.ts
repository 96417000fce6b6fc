import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Terminal } from '../../cli/terminal.js';

/** A terminal in memory with a home and a working directory of its own; give it answers and somebody sits there. */
export class TestTerminal implements Terminal {
  readonly home = mkdtempSync(join(tmpdir(), 'deis-cli-'));
  readonly cwd = this.home;
  readonly env: Record<string, string | undefined> = { HOME: this.home };
  readonly answers: string[] = [];
  readonly questions: { question: string; secret: boolean }[] = [];
  interactive = false;
  piped = true;
  input: string | Buffer = '';
  out = '';
  err = '';
  readonly stdout = { write: (text: string): void => void (this.out += text) };
  readonly stderr = { write: (text: string): void => void (this.err += text) };
  readonly #interrupts = new Set<() => void>();

  /** Runs `deis` here and returns its exit code; `out` and `err` hold what this run printed. */
  async deis(...words: string[]): Promise<number> {
    this.out = '';
    this.err = '';
    // Mocha requires test files where Node can require ES modules, so a static import would load `cli/` beside the instance that its own import() loads.
    const { main } = await import('../../cli/main.js');
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
