import type { Readable } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { RemoteFailure } from '../../base/errors.js';
import { onAbort } from '../../base/on-abort.js';
import { Secret } from '../../base/secret.js';
import { OutputTurns } from './output-turns.js';
import { shellQuote } from './shell-quote.js';
import type { ExecRequest, ExecResult } from './transport.js';

const stderrTailBytes = 64 * 1024;
const defaultMaxStdout = 1024 * 1024;
const shownCommandLength = 120;
/** Of all commands of this process. */
const turns = new OutputTurns();

/**
 * One command on one channel, from opening to its end; ends exactly once. It drives ssh2's channel itself:
 * node-ssh's execCommand keeps all output in memory, splits UTF-8 between packets, and resolves when the
 * connection was lost.
 */
export class RunningExec {
  readonly #node: string;
  readonly #request: ExecRequest;
  readonly #stdout: Buffer[] = [];
  #stdoutBytes = 0;
  #stderr = Buffer.alloc(0);
  #channel: ClientChannel | undefined;
  #exit: { code: number | null; signal: string | undefined } | undefined;
  #settle: { resolve: (result: ExecResult) => void; reject: (error: RemoteFailure) => void } | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #release: (() => void) | undefined;

  constructor(node: string, request: ExecRequest) {
    this.#node = node;
    this.#request = request;
  }

  /** Opens the channel and resolves on exit 0. @throws RemoteFailure otherwise. */
  run(client: Client): Promise<ExecResult> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#deadline = setTimeout(
        () => this.#giveUp('deadline', `still running after ${this.#request.deadlineMs} ms`),
        this.#request.deadlineMs,
      );
      const { signal } = this.#request;
      this.#release = onAbort(signal, () => this.#giveUp('cancelled', 'cancelled', signal?.reason));
      if (signal?.aborted) return;
      // From the start: a stream whose error nobody hears would end the process.
      inputStream(this.#request.stdin)?.on('error', this.#inputFailed);
      this.#open(client);
    });
  }

  /**
   * The connection has gone: the command's fate is unknown. Once its exit is known, what came before is still dealt
   * with, and the channel's close says how it ended.
   */
  lose(cause: Error | undefined): void {
    const isRead = this.#channel === undefined || this.#channel.readableEnded;
    if (this.#exit && !(isRead && this.#channel?.stderr.readableEnded !== false)) return;
    this.#fail('lost', `connection lost while running ${this.#shown()}`, cause);
  }

  #open(client: Client): void {
    const { pty } = this.#request;
    // exec spares the user's shell a fork, and lets signals reach the command itself.
    const line = `exec ${shellQuote(this.#request.command)}`;
    try {
      client.exec(
        line,
        pty ? { pty: { rows: pty.rows, cols: pty.columns, term: pty.term } } : {},
        (error, channel) => {
          if (error) this.#fail('lost', `no channel for ${this.#shown()}: ${error.message}`, error);
          else this.#attach(channel);
        },
      );
    } catch (error) {
      this.#fail('lost', `not connected, cannot run ${this.#shown()}`, error);
    }
  }

  #attach(channel: ClientChannel): void {
    // Writing to a command that has ended is no failure of its own: the exit says what happened.
    channel.on('error', () => undefined);
    if (!this.#settle) return abandon(channel);
    this.#channel = channel;
    this.#receive(channel, (chunk) => this.#receiveStdout(chunk));
    this.#receive(channel.stderr, (chunk) => this.#receiveStderr(chunk));
    channel.on('exit', (code: number | null, signal?: string) => (this.#exit = { code, signal }));
    channel.on('close', () => this.#closed(channel.stderr));
    this.#request.onStart?.({
      signal: (name) => this.#settle && channel.signal(name),
      resize: (rows, columns) => this.#settle && channel.setWindow(rows, columns, 0, 0),
    });
    this.#feed(channel, this.#request.stdin);
  }

  #feed(channel: ClientChannel, stdin: ExecRequest['stdin']): void {
    if (stdin === undefined) channel.end();
    else if (stdin instanceof Secret) channel.end(stdin.reveal());
    else if (typeof stdin === 'string') channel.end(stdin);
    else stdin.pipe(channel);
  }

  readonly #inputFailed = (error: Error): void =>
    this.#giveUp('cancelled', `input failed: ${error.message}`, error);

  /** In turns: a stream whose chunk waits is read no further, and so its end comes after all of it. */
  #receive(stream: Readable, take: (chunk: Buffer) => void): void {
    stream.on('data', (chunk: Buffer) => {
      if (turns.take(chunk.length)) return take(chunk);
      stream.pause();
      turns.wait(chunk.length, () => {
        take(chunk);
        stream.resume();
      });
    });
  }

  #receiveStdout(chunk: Buffer): void {
    if (!this.#settle) return;
    if (this.#request.onStdout) return this.#request.onStdout(chunk);
    const most = this.#request.maxStdout ?? defaultMaxStdout;
    this.#stdoutBytes += chunk.length;
    if (this.#stdoutBytes <= most) return void this.#stdout.push(chunk);
    this.#stdout.length = 0;
    this.#giveUp('cancelled', `printed more than ${most} bytes`);
  }

  #receiveStderr(chunk: Buffer): void {
    if (!this.#settle) return;
    this.#request.onStderr?.(chunk);
    this.#stderr = Buffer.concat([this.#stderr, chunk]).subarray(-stderrTailBytes);
  }

  /** ssh2 closes a channel when all of stdout was read; stderr may have a part that waits for its turn. */
  #closed(stderr: Readable): void {
    if (!stderr.readableEnded && !stderr.destroyed)
      return void stderr.once('end', () => this.#closed(stderr));
    if (!this.#exit) return this.lose(undefined);
    const { code, signal } = this.#exit;
    if (code === 0) {
      this.#end()?.resolve({
        exitCode: 0,
        stdout: Buffer.concat(this.#stdout).toString(),
        stderr: this.#stderr.toString(),
      });
      return;
    }
    const how = code === null ? `ended by signal ${signal ?? 'unknown'}` : `exit ${code}`;
    this.#fail('exit', `${how} from ${this.#shown()}${lastLine(this.#stderr.toString())}`);
  }

  #giveUp(phase: 'deadline' | 'cancelled', why: string, cause?: unknown): void {
    const channel = this.#channel;
    this.#fail(phase, `${this.#shown()}: ${why}`, cause);
    if (channel) abandon(channel);
  }

  #fail(phase: RemoteFailure['phase'], message: string, cause?: unknown): void {
    const fields = {
      node: this.#node,
      command: this.#shown(),
      exitCode: this.#exit?.code ?? null,
      stderr: this.#stderr.toString(),
      phase,
      cause,
    };
    this.#end()?.reject(new RemoteFailure(`${this.#node}: ${message}`, fields));
  }

  #end(): { resolve: (result: ExecResult) => void; reject: (error: RemoteFailure) => void } | undefined {
    const settle = this.#settle;
    this.#settle = undefined;
    clearTimeout(this.#deadline);
    this.#release?.();
    const input = inputStream(this.#request.stdin);
    input?.unpipe(this.#channel);
    input?.off('error', this.#inputFailed);
    return settle;
  }

  #shown(): string {
    const line = this.#request.command.join(' ').replace(/\s+/g, ' ');
    return line.length > shownCommandLength ? `${line.slice(0, shownCommandLength)}...` : line;
  }
}

function inputStream(stdin: ExecRequest['stdin']): NodeJS.ReadableStream | undefined {
  return stdin === undefined || typeof stdin === 'string' || stdin instanceof Secret ? undefined : stdin;
}

/** ssh2 sends no signal after stdin's end: such a command goes on until it writes to its closed output. */
function abandon(channel: ClientChannel): void {
  channel.signal('KILL');
  channel.close();
}

function lastLine(text: string): string {
  const line = text.trimEnd().split('\n').at(-1)?.trim();
  return line ? `: ${line}` : '';
}
