import { fstatSync } from 'node:fs';
import { homedir } from 'node:os';
import { createInterface } from 'node:readline';
import { Writable, type Readable } from 'node:stream';
import { CliError, exitCodes, usageError } from './errors.js';

export interface TextSink {
  readonly isTTY?: boolean | undefined;
  write(text: string | Uint8Array): unknown;
}

export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/** Standard input, for a command that runs elsewhere. */
export interface TerminalInput {
  readonly isTerminal: boolean;
  /** Undefined where there is no terminal. */
  size(): TerminalSize | undefined;
  /** Calls back at each new size; the returned function ends that. */
  onResize(callback: (size: TerminalSize) => void): () => void;
  /** Calls back at SIGTERM instead of dying; the returned function ends that. */
  onTerminate(callback: () => void): () => void;
  /**
   * Passes it on as it comes, the next chunk once the one before is taken; `raw`: every key as it is, Ctrl-C
   * too. `onEnd` is called once, with the reason where it could not be read to its end. The returned function
   * ends that, and makes the terminal what it was.
   */
  read(options: {
    readonly raw: boolean;
    readonly onData: (chunk: Buffer) => Promise<void>;
    readonly onEnd: (error?: Error) => void;
  }): () => void;
}

/** Everything that a command knows of the process it runs in; tests give their own. */
export interface Terminal {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  /** Somebody is there to answer questions. */
  readonly interactive: boolean;
  /** Standard input is a file that holds something. */
  readonly inputIsFile: boolean;
  /** Standard input is a pipe or a file: `readInput` does not wait for a person. */
  readonly piped: boolean;
  /**
   * One line of answer, without its newline. `secret`: not echoed. @throws CliError on Ctrl-C or end of
   * input.
   */
  ask(question: string, options?: { secret?: boolean }): Promise<string>;
  /** All of standard input, as text. */
  readInput(): Promise<string>;
  /** Standard input as it comes. */
  inputStream(): Readable;
  readonly keyboard: TerminalInput;
  /** Calls back at Ctrl-C instead of dying; the returned function ends that. */
  onInterrupt(callback: () => void): () => void;
}

/** The terminal of this process. Questions go to stderr: stdout is for data. */
export function processTerminal(): Terminal {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    home: homedir(),
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    inputIsFile: isFilledFile(0),
    piped: process.stdin.isTTY !== true,
    ask,
    keyboard: processInput,
    readInput,
    inputStream: () => process.stdin,
    onInterrupt: (callback) => {
      process.on('SIGINT', callback);
      return () => void process.off('SIGINT', callback);
    },
  };
}

function ask(question: string, { secret = false }: { secret?: boolean } = {}): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({
    input: process.stdin,
    output: secret ? silent : process.stderr,
    terminal: true,
  });
  if (secret) process.stderr.write(question);
  return new Promise((resolve, reject) => {
    lines.on('SIGINT', () => {
      process.stderr.write('\n');
      reject(new CliError('interrupted', exitCodes.interrupted));
      lines.close();
    });
    lines.on('close', () => reject(usageError(`no answer to: ${question.trim()}`)));
    lines.question(secret ? '' : question, (answer) => {
      resolve(answer);
      lines.close();
      if (secret) process.stderr.write('\n');
    });
  });
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Buffer));
  return Buffer.concat(chunks).toString('utf8');
}

/** Undefined where there is no screen, or one that does not know its size: 0 x 0, as below `script`. */
function screenSize(): TerminalSize | undefined {
  const { isTTY, rows, columns } = process.stdout;
  return isTTY && rows > 0 && columns > 0 ? { rows, columns } : undefined;
}

const processInput: TerminalInput = {
  isTerminal: process.stdin.isTTY === true,
  size: screenSize,
  onResize: (callback) => {
    const tell = (): void => {
      const size = screenSize();
      if (size !== undefined) callback(size);
    };
    process.stdout.on('resize', tell);
    return () => void process.stdout.off('resize', tell);
  },
  onTerminate: (callback) => {
    process.on('SIGTERM', callback);
    return () => void process.off('SIGTERM', callback);
  },
  read: ({ raw, onData, onEnd }) => {
    const { stdin } = process;
    if (raw && stdin.isTTY) stdin.setRawMode(true);
    let isOver = false;
    const take = (chunk: Buffer): void => {
      stdin.pause();
      void onData(chunk).finally(() => (isOver ? undefined : stdin.resume()));
    };
    const end = (): void => onEnd();
    stdin.on('data', take).once('end', end).once('error', onEnd);
    return () => {
      isOver = true;
      stdin.off('data', take).off('end', end).pause();
      if (raw && stdin.isTTY) stdin.setRawMode(false);
      // A pipe that nobody closes would keep this process; a file has nothing to let go of.
      if (typeof stdin.unref === 'function') stdin.unref();
    };
  },
};

function isFilledFile(descriptor: number): boolean {
  try {
    const state = fstatSync(descriptor);
    return state.isFile() && state.size > 0;
  } catch {
    return false;
  }
}
