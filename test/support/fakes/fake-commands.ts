import { messageOf, RemoteFailure } from '../../../base/errors.js';
import { onAbort } from '../../../base/on-abort.js';
import { LogLineReader, type LogLine } from '../../../provisioner/node-commands/log-line-reader.js';
import type { EnteredNode } from '../../../provisioner/node-commands/node-commands.js';
import {
  oneOffBody,
  oneOffContainer,
  type OneOff,
  type OneOffAttach,
} from '../../../provisioner/node-commands/one-off.js';
import type { OneOffSession } from '../../../provisioner/node-commands/one-offs.js';
import type { SshTarget } from '../../../provisioner/ssh/transport.js';
import { enterPaperNode } from '../../../provisioner/paper/paper-node.js';

/** Who is at the other end of a command, as far as somebody is. */
export type FakeRequest = Partial<OneOffSession> & { readonly signal?: AbortSignal | undefined };

/** What a command does: reads and writes as its request says, and resolves to its exit code. */
export type FakeCommand = (request: FakeRequest) => Promise<number>;

/**
 * The commands of machines that are not there, on which containers of one-off commands come and go, and have
 * logs, as the test says.
 */
export class FakeCommands {
  /** What one-off commands do, and those on a node itself; it is cut off when the request is aborted. */
  run: FakeCommand = async () => 0;
  /** What containers have said, as nodes print it for a LogReader: `web.1 1. 2026-01-01T00:00:00.000Z text`. */
  logLines: readonly string[] = [];
  /** What Docker was asked for to make containers of one-off commands. */
  readonly made: string[] = [];
  /** Signals that were sent to them: `INT`. */
  readonly signals: string[] = [];
  /** Called with each such signal. */
  onSignal: (name: string) => void = () => undefined;

  readonly enter = async ({ name: node }: SshTarget): Promise<EnteredNode> => {
    const carryOut = (request: FakeRequest): Promise<number> => this.#carryOut(node, request);
    const make = (oneOff: OneOff, attach: OneOffAttach): void =>
      void this.made.push(oneOffBody(oneOffContainer(oneOff, attach), attach));
    const entered = enterPaperNode({});
    return {
      ...entered,
      oneOffs: {
        ...entered.oneOffs,
        run: async (oneOff, options) => {
          make(oneOff, 'output');
          return carryOut(options);
        },
        create: async (oneOff, attach) => make(oneOff, attach),
        attach: (_container, options) => carryOut(options),
        start: async (oneOff) => make(oneOff, 'detached'),
        signal: async (_container, name) => {
          this.signals.push(name);
          this.onSignal(name);
        },
      },
      logs: {
        ...entered.logs,
        read: async (_containers, _wanted, onLine) => this.#readLogs(onLine),
      },
      host: { ...entered.host, run: (_command, options) => carryOut(options) },
    };
  };

  #readLogs(onLine: (line: LogLine) => void): void {
    const reader = new LogLineReader(onLine);
    for (const line of this.logLines) reader.feed(Buffer.from(`${line}\n`));
    reader.end();
  }

  async #carryOut(node: string, request: FakeRequest): Promise<number> {
    const cut = new Promise<never>((_, reject) => {
      onAbort(request.signal, () => reject(cancelled(node, request.signal?.reason)));
    });
    cut.catch(() => undefined);
    return Promise.race([cut, this.run(request)]);
  }
}

function cancelled(node: string, cause: unknown): RemoteFailure {
  return new RemoteFailure(`${node}: ${messageOf(cause)}`, { node, phase: 'cancelled', cause });
}
