import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../../base/wait-until.js';

/**
 * A program that serves HTTP, in a process of its own; what it says goes straight into a file, so that nobody
 * here spends time on reading it.
 */
export class ServedProcess {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  /** Starts it and waits until `findUrl` knows where it answers. @param folder gets its log, `NAME.log` */
  static async start({
    name,
    folder,
    args,
    env,
    findUrl,
  }: {
    readonly name: string;
    readonly folder: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly findUrl: () => Promise<string | undefined>;
  }): Promise<ServedProcess> {
    const log = openSync(join(folder, `${name}.log`), 'a');
    const child = spawn(process.execPath, [...args], {
      env: { ...process.env, NODE_ENV: 'production', ...env },
      stdio: ['ignore', log, log],
    });
    const ready = async (): Promise<string | undefined> => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`${name} ended while starting; its log is in ${folder}`);
      const url = await findUrl();
      return url !== undefined &&
        (await fetch(`${url}/health`).then(
          ({ ok }) => ok,
          () => false,
        ))
        ? url
        : undefined;
    };
    try {
      return new ServedProcess(
        await waitUntil(ready, { deadlineMs: 60_000, intervalMs: 50, what: `${name} to answer` }),
        child,
      );
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}
