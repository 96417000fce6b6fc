import { Worker } from 'node:worker_threads';
import { onAbort } from '../base/on-abort.js';

/** A program that runs to its end and whose output is read whole. */
export interface AsideProgram {
  readonly program: string;
  readonly args: readonly string[];
  /** Milliseconds; then it is ended. */
  readonly timeout: number;
  readonly cwd?: string;
  /** All of its environment but `PATH`, unless `extendEnv`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly extendEnv?: boolean;
  /** What it reads; absent: nothing. */
  readonly input?: string;
  /** Bytes that it may say at most; one that says more is ended. */
  readonly maxBuffer: number | { readonly stdout: number; readonly stderr: number };
  readonly signal?: AbortSignal | undefined;
}

export interface AsideOutput {
  readonly stdout: string;
  readonly stderr: string;
  /** Absent: it exited with 0. */
  readonly problem?: AsideProblem | undefined;
}

interface AsideProblem {
  readonly message: string;
  /** Of one that ended by itself. */
  readonly exitCode?: number;
}

/** What a program that did not exit with 0 came to. */
export class AsideFailed extends Error {
  override readonly name = 'AsideFailed';
  readonly exitCode: number | undefined;
  readonly stderr: string;

  constructor({ stderr, problem }: AsideOutput) {
    super(problem?.message);
    this.exitCode = problem?.exitCode;
    this.stderr = stderr;
  }
}

interface Waiting {
  readonly resolve: (output: AsideOutput) => void;
  readonly reject: (error: Error) => void;
  pid?: number | undefined;
}

type Said = { readonly id: number } & (
  { readonly pid: number | undefined } | { readonly ended: AsideOutput }
);

/** The one thread of this process. It is made with the first program, and holds nobody up who wants to exit. */
class ProgramThread {
  readonly #worker = new Worker(new URL('program-thread.mjs', import.meta.url), { execArgv: [] });
  readonly #waiting = new Map<number, Waiting>();
  readonly #killAll = (): void => this.#killPrograms();
  #lastId = 0;
  isOver = false;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', (said: Said) => this.#hear(said));
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(new Error('the thread that starts programs has ended')));
    process.once('exit', this.#killAll);
  }

  run({ program, args, signal, ...options }: AsideProgram): Promise<AsideOutput> {
    const id = (this.#lastId += 1);
    let release = (): void => undefined;
    const ended = new Promise<AsideOutput>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const given = { ...options, stripFinalNewline: false, extendEnv: options.extendEnv ?? false };
      const stdin = options.input === undefined ? { stdin: 'ignore' } : {};
      this.#worker.ref();
      this.#worker.postMessage({ id, program, args: [...args], options: { ...given, ...stdin } });
      release = onAbort(signal, () => this.#worker.postMessage({ cancel: id }));
    });
    return ended.finally(() => {
      release();
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#worker.unref();
    });
  }

  #hear(said: Said): void {
    const waiting = this.#waiting.get(said.id);
    if (waiting === undefined) return;
    if ('ended' in said) waiting.resolve(said.ended);
    else waiting.pid = said.pid;
  }

  #end(error: Error): void {
    this.isOver = true;
    process.removeListener('exit', this.#killAll);
    this.#killPrograms();
    for (const { reject } of this.#waiting.values()) reject(error);
  }

  #killPrograms(): void {
    for (const { pid } of this.#waiting.values()) {
      try {
        if (pid !== undefined) process.kill(pid);
      } catch {
        // It has ended.
      }
    }
  }
}

let thread: ProgramThread | undefined;

/**
 * Runs a program to its end without holding up the event loop, which `child_process` does for as long as the new
 * process takes to begin: tens of milliseconds on a machine that has much to do. Resolves with what it said, however it
 * ended. @throws the signal's reason when it is aborted
 */
export async function runAside(program: AsideProgram): Promise<AsideOutput> {
  program.signal?.throwIfAborted();
  if (thread === undefined || thread.isOver) thread = new ProgramThread();
  const output = await thread.run(program);
  program.signal?.throwIfAborted();
  return output;
}

/** The same. @throws AsideFailed when it did not exit with 0 */
export async function mustRunAside(program: AsideProgram): Promise<AsideOutput> {
  const output = await runAside(program);
  if (output.problem !== undefined) throw new AsideFailed(output);
  return output;
}
