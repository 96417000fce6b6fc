import { RemoteFailure } from '../../base/errors.js';
import { Secret } from '../../base/secret.js';
import type {
  Connection,
  ConnectOptions,
  ExecRequest,
  ExecResult,
  SshTarget,
  Transport,
} from './transport.js';

/** One command that was asked for. Its input is kept as a Secret, for it may hold one. */
export interface RecordedExec {
  readonly node: string;
  readonly command: readonly string[];
  readonly stdin: Secret;
}

/** What to answer: output, then an exit code (default 0) or a failure; or the failure alone. */
export type ScriptedAnswer = (Partial<ExecResult> & { readonly failure?: RemoteFailure }) | RemoteFailure;

export interface RecordingScript {
  /** Undefined: an answer of exit 0 without output. */
  readonly onExec?: (exec: RecordedExec) => ScriptedAnswer | undefined;
  /** A failure makes the node unreachable. */
  readonly onConnect?: (target: SshTarget) => RemoteFailure | undefined;
}

/**
 * A transport that reaches no machine: it records what would have been run, in order, and answers from a
 * script.
 */
export class RecordingTransport implements Transport {
  readonly execs: RecordedExec[] = [];
  /** Names of the nodes connected to, in order, again for each connection. */
  readonly connects: string[] = [];
  readonly #script: RecordingScript;
  readonly #maxRecords: number;

  /** @param maxRecords commands and connections that are kept, of each the last ones; default: all */
  constructor(script: RecordingScript = {}, maxRecords = Infinity) {
    this.#script = script;
    this.#maxRecords = maxRecords;
  }

  async connect(target: SshTarget, options: ConnectOptions): Promise<Connection> {
    this.#keep(this.connects, target.name);
    if (options.signal?.aborted)
      throw new RemoteFailure(`${target.name}: cancelled while connecting`, {
        node: target.name,
        phase: 'cancelled',
        cause: options.signal.reason,
      });
    const failure = this.#script.onConnect?.(target);
    if (failure) throw failure;
    return new RecordingConnection(target, (exec) => this.#answer(exec));
  }

  #answer(exec: RecordedExec): ScriptedAnswer {
    this.#keep(this.execs, exec);
    return this.#script.onExec?.(exec) ?? {};
  }

  #keep<T>(records: T[], record: T): void {
    records.push(record);
    if (records.length > this.#maxRecords) records.shift();
  }
}

class RecordingConnection implements Connection {
  readonly target: SshTarget;
  readonly #answer: (exec: RecordedExec) => ScriptedAnswer;
  readonly closed: Promise<void>;
  #resolveClosed: () => void = () => undefined;
  isOpen = true;

  constructor(target: SshTarget, answer: (exec: RecordedExec) => ScriptedAnswer) {
    this.target = target;
    this.#answer = answer;
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
  }

  async exec(request: ExecRequest): Promise<ExecResult> {
    if (!this.isOpen) throw this.#failure(request, 'lost', 'not connected');
    const stdin = await inputOf(request.stdin);
    if (request.signal?.aborted)
      throw this.#failure(request, 'cancelled', 'cancelled', { cause: request.signal.reason });
    const answer = this.#answer({ node: this.target.name, command: request.command, stdin });
    return this.#play(answer instanceof RemoteFailure ? { failure: answer } : answer, request);
  }

  async close(): Promise<void> {
    this.#lost();
  }

  #lost(): void {
    this.isOpen = false;
    this.#resolveClosed();
  }

  #play(
    { exitCode = 0, stdout = '', stderr = '', failure }: Exclude<ScriptedAnswer, RemoteFailure>,
    request: ExecRequest,
  ): ExecResult {
    if (stdout) request.onStdout?.(Buffer.from(stdout));
    if (stderr) request.onStderr?.(Buffer.from(stderr));
    if (failure?.phase === 'lost') this.#lost();
    if (failure) throw failure;
    if (exitCode !== 0) throw this.#failure(request, 'exit', `exit ${exitCode}`, { exitCode, stderr });
    return { exitCode, stdout: request.onStdout ? '' : stdout, stderr };
  }

  #failure(
    request: ExecRequest,
    phase: RemoteFailure['phase'],
    why: string,
    more: { exitCode?: number; stderr?: string; cause?: unknown } = {},
  ): RemoteFailure {
    const node = this.target.name;
    return new RemoteFailure(`${node}: ${why}`, { node, command: request.command.join(' '), phase, ...more });
  }
}

async function inputOf(stdin: ExecRequest['stdin']): Promise<Secret> {
  if (stdin === undefined) return new Secret('');
  if (stdin instanceof Secret) return stdin;
  if (typeof stdin === 'string') return new Secret(stdin);
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return new Secret(Buffer.concat(chunks).toString());
}
