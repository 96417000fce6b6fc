import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../../../base/secret.js';
import { NodeSession } from '../../../provisioner/converge/node-session.js';
import type { ReportEvent } from '../../../provisioner/converge/report/report.js';
import { runProgram } from '../../../provisioner/converge/run-program.js';
import type { ProgramOutcome, RunOptions } from '../../../provisioner/converge/run-program.js';
import { NodeSshTransport } from '../../../provisioner/ssh/node-ssh-transport.js';
import { waitUntil } from '../../../base/wait-until.js';
import type { SshDaemon } from './ssh-daemon.js';

/** A node to run programs on: a state directory of its own behind a real sshd. */
export class ProgramNode {
  readonly stateDir: string;
  readonly session: NodeSession;
  readonly events: ReportEvent[] = [];
  /** Passed on to every run; a test may change it. */
  sudo: readonly string[] = [];
  readonly #directory: string;
  readonly #shims: string;

  constructor(daemon: SshDaemon, name: string, port?: number) {
    this.#directory = join(daemon.directory, name);
    this.#shims = join(this.#directory, 'shims');
    this.stateDir = join(this.#directory, 'state');
    mkdirSync(this.#shims, { recursive: true });
    this.session = new NodeSession(new NodeSshTransport(), daemon.target(name, port));
  }

  /** Programs find `$T`, the test's directory on this node. */
  run(
    runId: string,
    text: string,
    options: Partial<RunOptions> & { generation?: number; whyRun?: boolean } = {},
  ): Promise<ProgramOutcome> {
    const { generation = 1, whyRun = false, ...rest } = options;
    const program = new Secret(`T='${this.#directory}'\n${text}`);
    const defaults = { deadlineMs: 10_000, connectMs: 5000, stateDir: this.stateDir, sudo: this.sudo };
    return runProgram(
      this.session,
      { runId, text: program, generation, whyRun },
      (event) => void this.events.push(event),
      { ...defaults, ...rest },
    );
  }

  path(name: string): string {
    return join(this.#directory, name);
  }

  read(name: string): string {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), 'utf8') : '';
  }

  /** What unknown lines of the report said: programs of tests just echo. */
  said(): string[] {
    return this.events.flatMap((event) => (event.event === 'unknown' ? [event.line] : []));
  }

  /** Waits until a program (or a shim) has made the file; a phase that is never reached fails the test. */
  async reached(name: string): Promise<void> {
    await waitUntil(async () => (existsSync(this.path(name)) ? true : undefined), {
      deadlineMs: 5000,
      intervalMs: 10,
      what: `the phase that makes ${name}`,
    });
  }

  async until(what: string, condition: () => boolean): Promise<void> {
    await waitUntil(async () => (condition() ? true : undefined), { deadlineMs: 5000, intervalMs: 10, what });
  }

  /** Lets what waits for the file go on. */
  release(name: string): void {
    writeFileSync(this.path(name), '');
  }

  /**
   * Makes the first call of a node's command stop before it begins: it makes the file `held`, and goes on
   * when `go` exists.
   */
  hold(command: string): void {
    const body =
      '#!/bin/sh\n' +
      `if mkdir '${this.path('held')}' 2>/dev/null; then until [ -e '${this.path('go')}' ]; ` +
      'do sleep 0.02; done; fi\n' +
      `exec /usr/bin/${command} "$@"\n`;
    writeFileSync(join(this.#shims, command), body, { mode: 0o755 });
    this.sudo = ['env', `PATH=${this.#shims}:/usr/bin:/bin`];
  }

  close(): Promise<void> {
    return this.session.close();
  }
}

/** sh that waits until the test's file exists. */
export const untilReleased = (name: string): string => `until [ -e "$T/${name}" ]; do sleep 0.02; done`;
