import type { Client } from 'ssh2';
import { RunningExec } from './running-exec.js';
import type { Connection, ExecRequest, ExecResult, SshTarget } from './transport.js';

/** An authenticated connection of the node-ssh transport. */
export class NodeSshConnection implements Connection {
  readonly target: SshTarget;
  readonly #client: Client;
  readonly #running = new Set<RunningExec>();
  readonly closed: Promise<void>;
  #isOpen = true;
  #resolveClosed: () => void = () => undefined;
  #error: Error | undefined;

  constructor(target: SshTarget, client: Client) {
    this.target = target;
    this.#client = client;
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    client.on('error', (error) => (this.#error ??= error));
    client.on('close', () => this.#lost());
    client.on('end', () => this.#lost());
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  async exec(request: ExecRequest): Promise<ExecResult> {
    const running = new RunningExec(this.target.name, request);
    this.#running.add(running);
    try {
      return await running.run(this.#client);
    } finally {
      this.#running.delete(running);
    }
  }

  /** Commands still running end as lost. */
  async close(): Promise<void> {
    this.#client.end();
    this.#lost();
  }

  #lost(): void {
    this.#isOpen = false;
    this.#resolveClosed();
    for (const running of this.#running) running.lose(this.#error);
  }
}
