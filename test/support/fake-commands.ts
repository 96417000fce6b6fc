import { messageOf, RemoteFailure } from '../../base/errors.js';
import { onAbort } from '../../base/on-abort.js';
import { Secret } from '../../base/secret.js';
import type {
  Connection,
  ExecRequest,
  ExecResult,
  SshTarget,
  Transport,
} from '../../provisioner/ssh/transport.js';

/** What a command does: reads and writes as its request says, and resolves to its exit code. */
export type FakeCommand = (request: ExecRequest) => Promise<number>;

/**
 * A transport to machines that are not there, on which containers of one-off commands come and go, and have
 * logs, as the test says.
 */
export class FakeCommands implements Transport {
  /** What one-off commands do, and those on a node itself; it is cut off when the request is aborted. */
  run: FakeCommand = async () => 0;
  /** What containers have said, as nodes print it for a LogReader: `web.1 1. 2026-01-01T00:00:00.000Z text`. */
  logLines: readonly string[] = [];
  /** The programs that made containers of one-off commands. */
  readonly made: string[] = [];
  /** Signals that were sent to them: `INT`. */
  readonly signals: string[] = [];
  /** Called with each such signal. */
  onSignal: (name: string) => void = () => undefined;

  async connect(target: SshTarget): Promise<Connection> {
    let isOpen = true;
    let close: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (close = resolve));
    return {
      target,
      get isOpen() {
        return isOpen;
      },
      closed,
      exec: (request) => this.#exec(target.name, request),
      close: async () => {
        isOpen = false;
        close();
      },
    };
  }

  async #exec(node: string, request: ExecRequest): Promise<ExecResult> {
    const cut = new Promise<never>((_, reject) => {
      if (request.signal !== undefined)
        onAbort(request.signal, () => reject(failure(node, request, 'cancelled', request.signal?.reason)));
    });
    cut.catch(() => undefined);
    const exitCode = await Promise.race([cut, this.#carryOut(request)]);
    if (exitCode !== 0) throw failure(node, request, 'exit', undefined, exitCode);
    return { exitCode, stdout: '', stderr: '' };
  }

  #carryOut(request: ExecRequest): Promise<number> {
    const words = request.command.filter((word) => word !== 'sudo' && word !== '-n');
    const program = textOf(request);
    if (words[0] === 'docker' || words.includes('deis-stop')) return this.#housekeeping(words);
    if (`${program} ${words.join(' ')}`.includes('docker logs')) return this.#showLogs(request, words);
    if (program === '' || program.includes('docker start -a')) {
      if (program !== '') this.made.push(program);
      return this.run(request);
    }
    this.made.push(program);
    return Promise.resolve(0);
  }

  async #housekeeping(words: readonly string[]): Promise<number> {
    const signal = words.find((word) => word.startsWith('--signal='))?.slice('--signal='.length);
    if (signal !== undefined) {
      this.signals.push(signal);
      this.onSignal(signal);
    }
    return 0;
  }

  /** Those that are followed go on until nobody follows them any more. */
  #showLogs({ onStdout }: ExecRequest, words: readonly string[]): Promise<number> {
    const isFollowed = words.includes('-c');
    if (isFollowed) return new Promise(() => undefined);
    for (const line of this.logLines) onStdout?.(Buffer.from(`${line}\n`));
    return Promise.resolve(0);
  }
}

/** What a command is given to read, unless it is a stream. */
function textOf({ stdin }: ExecRequest): string {
  return stdin instanceof Secret ? stdin.reveal() : typeof stdin === 'string' ? stdin : '';
}

function failure(
  node: string,
  request: ExecRequest,
  phase: RemoteFailure['phase'],
  cause: unknown,
  exitCode: number | null = null,
): RemoteFailure {
  const why = exitCode === null ? messageOf(cause) : `exit ${exitCode}`;
  return new RemoteFailure(`${node}: ${why}`, {
    node,
    command: request.command.join(' '),
    phase,
    exitCode,
    cause,
  });
}
