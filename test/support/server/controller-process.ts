import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../../base/wait-until.js';
import { sweep } from '../nodes/docker-machine.js';
import { keepRuntimes, lendRuntimes } from '../apps/prepared-runtimes.js';
import { projectRoot } from '../source/source-imports.js';

/** What a running controller wrote to `controller.json`. */
export interface RunningController {
  readonly pid: number;
  readonly url: string;
  readonly gitHost: string;
  readonly gitPort: number;
}

/** What is asked beside method and path. */
interface Asked {
  readonly body?: object | undefined;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The compiled controller, for node: `npm test` has built it. */
export const controllerProgram = join(projectRoot, 'bin', 'deis-controller.js');

/** Clocks scaled down for tests; the defaults of settings.ts are an operator's. */
const fastClocks = {
  DEIS_LEASE_SECONDS: '3',
  DEIS_HEARTBEAT_SECONDS: '1',
  DEIS_DRAIN_SECONDS: '3',
  DEIS_HEALTH_SECONDS: '20',
  // Tests that lose nodes say themselves who finds out.
  DEIS_WATCH_SECONDS: '0',
};

/**
 * A real controller as a child process, with a data directory and an instance id of its own, that can be
 * killed and started again.
 */
export class ControllerProcess {
  readonly instance = randomBytes(4).toString('hex');
  readonly dataDir = join(tmpdir(), `deis-test-${this.instance}`);
  #child: ChildProcess | null = null;
  #chosenPorts: Record<string, string> | null = null;

  get logPath(): string {
    return join(this.dataDir, 'controller.log');
  }

  get running(): RunningController {
    return JSON.parse(readFileSync(join(this.dataDir, 'controller.json'), 'utf8')) as RunningController;
  }

  /** Ports of its own, the same after each restart: the profile of `deis` and the git remote keep them. */
  async #ports(): Promise<Record<string, string>> {
    this.#chosenPorts ??= Object.fromEntries(
      await Promise.all(
        ['DEIS_PORT', 'DEIS_GIT_PORT', 'DEIS_SLUG_PORT', 'DEIS_LOG_PORT'].map(
          async (name) => [name, String(await freePort())] as const,
        ),
      ),
    );
    return this.#chosenPorts;
  }

  /** The slug server's port, known before the start. */
  async slugPort(): Promise<string> {
    return (await this.#ports())['DEIS_SLUG_PORT']!;
  }

  /**
   * Starts the compiled controller and waits until it answers. `env` adds settings, e.g. DEIS_FAULTS. `ownSession`:
   * the scheduler counts it as a job of its own, as a service is. `program`: of another release.
   */
  async start(
    env: Record<string, string> = {},
    { ownSession = false, program = controllerProgram } = {},
  ): Promise<void> {
    mkdirSync(this.dataDir, { recursive: true });
    await lendRuntimes(this.dataDir);
    rmSync(join(this.dataDir, 'controller.json'), { force: true });
    // Its own end of a file: a pipe that a busy test does not read would hold the controller up.
    const log = openSync(this.logPath, 'a');
    const child = spawn(process.execPath, [program], {
      env: await this.environment(env),
      stdio: ['ignore', log, log],
      detached: ownSession,
    });
    closeSync(log);
    this.#child = child;
    await waitUntil(() => this.#ready(child), {
      deadlineMs: 60_000,
      intervalMs: 100,
      what: `the controller to be ready; its log: ${this.logPath}`,
    });
  }

  /** The environment that it is started in, for other commands on its data. */
  async environment(env: Record<string, string> = {}): Promise<NodeJS.ProcessEnv> {
    return {
      ...process.env,
      ...fastClocks,
      DEIS_DATA_DIR: this.dataDir,
      DEIS_INSTANCE: this.instance,
      ...(await this.#ports()),
      DEIS_LOG_LEVEL: 'debug',
      ...env,
    };
  }

  /** Asks its API as a program does, as nobody where the token is empty. @throws where the answer is no success */
  async ask<T>(method: string, path: string, more: Asked = {}): Promise<T> {
    const { body, token = '', headers } = more;
    const answer = await fetch(`${this.running.url}${path}`, {
      method,
      headers: {
        'Content-Type': 'application/json',
        ...(token === '' ? {} : { Authorization: `token ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** What a sub-command of `deis-controller` prints, run beside it with its data directory. */
  async command(...words: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [controllerProgram, ...words], {
      env: await this.environment(),
      timeout: 30_000,
    });
    return stdout;
  }

  /** Waits for the controller to end by itself, and says how. */
  async ended(deadlineMs: number): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    const child = this.#child!;
    if (child.exitCode === null && child.signalCode === null)
      await once(child, 'exit', { signal: AbortSignal.timeout(deadlineMs) });
    return { code: child.exitCode, signal: child.signalCode };
  }

  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.ended(5_000);
  }

  async stop(): Promise<void> {
    if (this.#child === null || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    await this.ended(30_000);
  }

  /** Stops it, and removes what it made: machines, networks, its data. */
  async remove(): Promise<void> {
    await this.stop();
    await sweep(this.instance);
    await keepRuntimes(this.dataDir);
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  async #ready(child: ChildProcess): Promise<true | undefined> {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(
        `the controller ended while starting:\n${readFileSync(this.logPath, 'utf8').slice(-3000)}`,
      );
    if (!existsSync(join(this.dataDir, 'controller.json'))) return undefined;
    const answer = await fetch(`${this.running.url}/health`).catch(() => undefined);
    return answer?.ok === true ? true : undefined;
  }
}

/** A port of loopback that nothing has now. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
