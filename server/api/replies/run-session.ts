import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { WebSocket, type RawData } from 'ws';
import { z } from 'zod';
import { UserError } from '../../../base/errors.js';
import type { RunControl, RunSession } from '../../formation/runs/run-command.js';
import { InvalidInput, parseInput } from '../http/input/invalid-input.js';
import { runBody } from '../http/input/run-body.js';
import { tooMuchJson } from '../http/input/too-much-json.js';
import { findUnstorable } from '../http/input/storable-text.js';

const size = z.int().min(1).max(10_000);
const startSchema = runBody.extend({
  terminal: z
    .strictObject({
      rows: size,
      columns: size,
      term: z
        .string()
        .regex(/^[A-Za-z0-9._+-]{1,64}$/, 'is not a valid terminal type: expected e.g. xterm-256color'),
    })
    .nullable()
    .default(null),
});
const controlSchema = z.union([
  z.strictObject({ resize: z.strictObject({ rows: size, columns: size }) }),
  z.strictObject({ signal: z.enum(['INT', 'TERM', 'HUP', 'QUIT', 'USR1', 'USR2']) }),
  z.strictObject({ eof: z.literal(true) }),
]);

/** First byte of a binary message: which stream its rest belongs to. */
export const streamBytes = { stdout: 1, stderr: 2 } as const;

/** The first message must have come after this long. */
const startMs = 10_000;
const defaultPingMs = 15_000;
/** Bytes that wait for a client, or for a command, that reads too slowly; beyond them the run ends. */
const maxBacklog = 16 * 1024 * 1024;
/** Bytes of input that wait for the command before the controller stops reading from the client. */
const maxWaitingInput = 1024 * 1024;

export type SessionStart = z.output<typeof startSchema>;

/**
 * One command with input over a WebSocket. Its client must answer pings. Input is read from the client no faster
 * than the command takes it; signals wait behind input that is not read.
 */
export class RunSocket {
  /** Aborts when the client goes, reads too slowly, or may not run it any more. */
  readonly signal: AbortSignal;
  readonly #gone = new AbortController();
  readonly #stdin = new PassThrough({ writableHighWaterMark: maxWaitingInput });
  #control: RunControl | undefined;

  readonly #first: Promise<unknown>;

  /** @param lost aborts when the client may not run it any more */
  constructor(
    private readonly socket: WebSocket,
    lost: AbortSignal,
    { pingMs = defaultPingMs }: { readonly pingMs?: number } = {},
  ) {
    this.signal = AbortSignal.any([this.#gone.signal, lost]);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#gone.abort(new Error('the client has gone')));
    // From the start: input may come right behind the first message.
    this.#first = new Promise((resolve) => {
      let hear = (data: RawData, isBinary: boolean): void => {
        hear = (more, binary) => this.#hear(more, binary);
        resolve(isBinary ? undefined : parseJson(data));
      };
      socket.on('message', (data: RawData, isBinary: boolean) => hear(data, isBinary));
    });
    this.#stdin.on('drain', () => socket.resume());
    this.#watch(pingMs);
  }

  /** What to run: the first message. @throws InvalidInput, UserError when none comes */
  async start(): Promise<SessionStart> {
    const late = once(AbortSignal.any([this.signal, AbortSignal.timeout(startMs)]), 'abort').then(
      () => undefined,
    );
    const first = await Promise.race([this.#first, late]);
    if (first === undefined)
      throw new UserError(
        'say first what to run: {"command": "...", "terminal": {"rows": 24, "columns": 80, "term": "xterm"}}',
        { field: 'command' },
      );
    const wrong = findUnstorable(first);
    if (wrong !== undefined) throw new InvalidInput([wrong]);
    return parseInput(startSchema, first);
  }

  session(terminal: SessionStart['terminal']): RunSession {
    return {
      terminal: terminal ?? undefined,
      stdin: this.#stdin,
      onStdout: (chunk) => this.#output(streamBytes.stdout, chunk),
      onStderr: (chunk) => this.#output(streamBytes.stderr, chunk),
      onStart: (control) => (this.#control = control),
    };
  }

  /** The last word, `{exit: 3}` or `{error: problem}`. Input that comes later is dropped. */
  end(message: { readonly exit: number } | { readonly error: object }): void {
    this.#stdin.destroy();
    this.socket.resume();
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.socket.send(JSON.stringify(message));
    this.socket.close(1000);
  }

  #hear(data: RawData, isBinary: boolean): void {
    if (isBinary) return this.#input(data as Buffer);
    const { success, data: control } = controlSchema.safeParse(parseJson(data));
    if (!success) return;
    if ('eof' in control) this.#stdin.end();
    else if ('resize' in control) this.#control?.resize(control.resize.rows, control.resize.columns);
    // A command that has just ended takes no signal any more.
    else this.#control?.signal(control.signal).catch(() => undefined);
  }

  #input(chunk: Buffer): void {
    if (!this.#stdin.writable) return;
    if (!this.#stdin.write(chunk)) this.socket.pause();
    // What had been received when reading stopped still comes.
    if (this.#stdin.writableLength > maxBacklog) this.socket.terminate();
  }

  #output(stream: number, chunk: Buffer): void {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.socket.send(Buffer.concat([Buffer.from([stream]), chunk]));
    if (this.socket.bufferedAmount > maxBacklog) this.socket.terminate();
  }

  /**
   * A client whose host went away closes nothing. While its input waits its pongs wait too; a ping that it does
   * not take ends the connection then.
   */
  #watch(pingMs: number): void {
    let isAlive = true;
    this.socket.on('pong', () => (isAlive = true));
    this.#stdin.on('drain', () => (isAlive = true));
    const timer = setInterval(() => {
      if (!isAlive && !this.socket.isPaused) return this.socket.terminate();
      isAlive = false;
      this.socket.ping();
    }, pingMs);
    this.socket.on('close', () => clearInterval(timer));
  }
}

function parseJson(data: RawData): unknown {
  if (tooMuchJson(data as Buffer) !== undefined) return undefined;
  try {
    return JSON.parse((data as Buffer).toString('utf8'));
  } catch {
    return undefined;
  }
}
