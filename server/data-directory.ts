import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Conflict } from '../cookbooks/errors.js';

/** What a running controller tells in `controller.json`. */
export interface ControllerFacts {
  readonly pid: number;
  readonly url: string;
  readonly gitHost: string;
  readonly gitPort: number;
  readonly slugUrl: string;
  readonly instance: string;
  readonly startedAt: string;
}

/** Seconds that a killed predecessor's lock may take to go. */
const lockSeconds = '2';

/** The controller's folder, held by one controller at a time. */
export class DataDirectory {
  private constructor(
    readonly path: string,
    private readonly holder: ChildProcess,
  ) {}

  /**
   * Makes the folder when missing and locks it. The lock is a flock(1) whose holder ends with this process, however that ends:
   * it never outlives a killed controller.
   * @throws Conflict naming the process that has it.
   */
  static async open(path: string): Promise<DataDirectory> {
    // Others may pass through: the embedded PostgreSQL's account has to. What is secret has a mode of its own.
    await mkdir(path, { recursive: true, mode: 0o711 });
    const holder = spawn('flock', ['--exclusive', '--wait', lockSeconds, join(path, 'controller.lock'), 'sh', '-c', 'echo held; exec cat'], { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
    holder.stdin.on('error', () => undefined);
    const held = await Promise.race([once(holder.stdout, 'data').then(() => true), once(holder, 'exit').then(() => false)]);
    if (!held) throw new Conflict(await describeHolder(path));
    return new DataDirectory(path, holder);
  }

  /** The kept instance id: the wanted one, else the one of last time, else a new one. */
  async instanceId(wanted: string | undefined): Promise<string> {
    const file = join(this.path, 'instance');
    const known = (await readFile(file, 'utf8').catch(() => '')).trim();
    const instance = wanted ?? (known || randomBytes(4).toString('hex'));
    if (instance !== known) await this.#replace('instance', `${instance}\n`);
    return instance;
  }

  /** Tells others how to reach the running controller. */
  async announce(facts: ControllerFacts): Promise<void> {
    await this.#replace('controller.json', `${JSON.stringify(facts, null, 2)}\n`);
  }

  /** Forgets the announcement and unlocks. */
  async close(): Promise<void> {
    await rm(join(this.path, 'controller.json'), { force: true });
    if (this.holder.exitCode !== null || this.holder.signalCode !== null) return;
    const gone = once(this.holder, 'exit');
    this.holder.stdin?.end();
    await gone;
  }

  async #replace(name: string, text: string): Promise<void> {
    const half = join(this.path, `.${name}.new`);
    await writeFile(half, text, { mode: 0o644 });
    await rename(half, join(this.path, name));
  }
}

async function describeHolder(path: string): Promise<string> {
  const facts = await readFile(join(path, 'controller.json'), 'utf8').then(
    (text) => JSON.parse(text) as ControllerFacts,
    () => undefined,
  );
  const who = facts === undefined ? 'another controller, still starting,' : `the controller at ${facts.url} (process ${facts.pid}, since ${facts.startedAt})`;
  return `${who} uses ${path} already. Stop it first, or give this one a folder of its own with DEIS_DATA_DIR.`;
}
