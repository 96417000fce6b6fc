import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Conflict, UserError } from '../base/errors.js';
import { waitUntil } from '../base/wait-until.js';
import { Secret } from '../base/secret.js';
import type { InstanceFactStore } from './store/instance-fact-store.js';

/** What a running controller tells in `controller.json`. */
export interface RunningController {
  readonly pid: number;
  /** Of the HTTP API, also where another process of this controller serves it. */
  readonly url: string;
  readonly gitHost: string;
  readonly gitPort: number;
  readonly slugUrl: string;
  readonly instance: string;
  readonly startedAt: string;
}

const lockHolder = fileURLToPath(new URL('hold-lock.sh', import.meta.url));
/** Seconds that a killed predecessor's lock may take to go. */
const lockSeconds = 2;
/** For flock to answer, and to end: a folder over a network may hang. */
const answerMs = 30_000;
/** Says which folder a database belongs to, when controllers share both. */
export const markFile = 'shared-by';
/** The database's secret that the mark is a copy of. */
export const markFact = 'data-directory';
/** The copy of the instance id, and what the database keeps it under. */
export const instanceFile = 'instance';
export const instanceFact = 'instance-id';
/** There while a restore fills the folder. */
export const restoreFile = 'restoring';
/** For the first of several controllers that start together to have written the mark. */
const markMs = 2_000;

/** The controller's folder: one controller's alone, or shared by those that share a database, too. */
export class DataDirectory {
  private constructor(
    readonly path: string,
    private readonly holder: ChildProcess,
  ) {}

  /**
   * Makes the folder when missing and locks it. The lock is a flock(1) whose holder ends with this process,
   * however that ends: it never outlives a killed controller. @param shared with others that say so, too
   * @param waitSeconds for the lock to be let go of @throws Conflict naming the process that has it.
   */
  static async open(
    path: string,
    { shared = false, waitSeconds = lockSeconds } = {},
  ): Promise<DataDirectory> {
    // Others may pass through: the embedded PostgreSQL's account has to. What is secret has a mode of its
    // own.
    await mkdir(path, { recursive: true, mode: 0o711 });
    const holder = spawn(
      'flock',
      [
        shared ? '--shared' : '--exclusive',
        '--wait',
        String(waitSeconds),
        join(path, 'controller.lock'),
        'sh',
        lockHolder,
      ],
      { stdio: ['pipe', 'pipe', 'ignore'], detached: true },
    );
    holder.stdin.on('error', () => undefined);
    const signal = AbortSignal.timeout(answerMs);
    const held = await Promise.race([
      once(holder.stdout, 'data', { signal }).then(() => true),
      once(holder, 'exit', { signal }).then(() => false),
    ]);
    if (!held) throw new Conflict(await describeHolder(path));
    return new DataDirectory(path, holder);
  }

  /**
   * Proves that this is the folder that the database's other controllers use: repositories and slugs are in
   * it, not in the database.
   * @throws UserError when it is another
   */
  async checkSharedBy(facts: InstanceFactStore): Promise<void> {
    const path = join(this.path, markFile);
    const read = async (): Promise<string | undefined> =>
      (await readFile(path, 'utf8').catch(() => '')).trim() || undefined;
    const found = await read();
    const own = found ?? randomBytes(16).toString('hex');
    const expected = (await facts.getOrCreate(markFact, () => new Secret(own))).reveal();
    if (expected === own) return found === undefined ? this.#replace(markFile, `${own}\n`) : undefined;
    const seen =
      found ??
      (await waitUntil(read, { deadlineMs: markMs, intervalMs: 100, what: markFile }).catch(() => undefined));
    if (seen === expected) return;
    const repair = `Should that folder be gone for good, keep this one instead: echo ${expected} > ${path}`;
    throw new UserError(
      `${this.path} is not the data directory that the other controllers of this database use: mount ` +
        `theirs here, or name it with DEIS_DATA_DIR. ${repair}`,
      { field: 'DEIS_DATA_DIR' },
    );
  }

  /**
   * The instance id, which the database keeps: the first controller of a database takes this folder's over, else the
   * wanted one, else makes one. The folder's file is a copy. @throws UserError when folder or wanted id is another
   */
  async instanceId(facts: InstanceFactStore, wanted: string | undefined): Promise<string> {
    const path = join(this.path, instanceFile);
    const known = (await readFile(path, 'utf8').catch(() => '')).trim() || undefined;
    const first = known ?? wanted ?? randomBytes(4).toString('hex');
    const kept = (await facts.getOrCreate(instanceFact, () => new Secret(first))).reveal();
    if (known !== undefined && known !== kept)
      throw new UserError(
        `${this.path} belongs to instance ${known}, and the database to instance ${kept}: name the two that belong ` +
          `together with DEIS_DATA_DIR and DATABASE_URL, or remove ${path} where this folder shall serve that database`,
        { field: 'DEIS_DATA_DIR' },
      );
    if (wanted !== undefined && wanted !== kept)
      throw new UserError(
        `DEIS_INSTANCE is ${wanted}, and the database belongs to instance ${kept}: unset DEIS_INSTANCE`,
        { field: 'DEIS_INSTANCE' },
      );
    if (known === undefined) await this.#replace(instanceFile, `${kept}\n`);
    return kept;
  }

  /** From now on no controller starts on this folder, until `endRestore`. */
  async beginRestore(): Promise<void> {
    await this.#replace(restoreFile, 'deis-controller backup restore\n');
  }

  /** The folder is whole: of this instance, and of the database with this mark, where that has one. */
  async endRestore(instance: string, mark: string | undefined): Promise<void> {
    await this.#replace(instanceFile, `${instance}\n`);
    if (mark !== undefined) await this.#replace(markFile, `${mark}\n`);
    await rm(join(this.path, restoreFile), { force: true });
  }

  /** @throws UserError when a restore into this folder did not end */
  async checkRestored(): Promise<void> {
    const isHalf = await readFile(join(this.path, restoreFile)).then(
      () => true,
      () => false,
    );
    if (isHalf)
      throw new UserError(
        `a restore into ${this.path} was cut off: do it again with ` +
          `deis-controller backup restore --replace ${this.path}`,
        { field: 'DEIS_DATA_DIR' },
      );
  }

  /**
   * Tells others how to reach the running controller: in `controller.json`, the one that started last, and in
   * a file of each.
   */
  async announce(controller: RunningController): Promise<void> {
    const text = `${JSON.stringify(controller, null, 2)}\n`;
    await mkdir(join(this.path, 'controllers'), { recursive: true, mode: 0o711 });
    await this.#replace(ownFile(), text);
    await this.#replace('controller.json', text);
  }

  /** Forgets the announcement and unlocks. */
  async close(): Promise<void> {
    const own = await readFile(join(this.path, ownFile()), 'utf8').catch(() => undefined);
    await rm(join(this.path, ownFile()), { force: true });
    if (
      own !== undefined &&
      own === (await readFile(join(this.path, 'controller.json'), 'utf8').catch(() => undefined))
    )
      await rm(join(this.path, 'controller.json'), { force: true });
    if (this.holder.exitCode !== null || this.holder.signalCode !== null) return;
    const gone = once(this.holder, 'exit', { signal: AbortSignal.timeout(answerMs) });
    this.holder.stdin?.end();
    await gone;
  }

  async #replace(name: string, text: string): Promise<void> {
    const half = join(this.path, dirname(name), `.${basename(name)}.${process.pid}.new`);
    await writeFile(half, text, { mode: 0o644 });
    await rename(half, join(this.path, name));
  }
}

/** Process ids are a host's own, and the folder may be shared by several. */
function ownFile(): string {
  return join('controllers', `${hostname()}-${process.pid}.json`);
}

async function describeHolder(path: string): Promise<string> {
  const controller = await readFile(join(path, 'controller.json'), 'utf8').then(
    (text) => JSON.parse(text) as RunningController,
    () => undefined,
  );
  const who =
    controller === undefined
      ? 'another controller, still starting,'
      : `the controller at ${controller.url} (process ${controller.pid}, since ${controller.startedAt})`;
  return (
    `${who} uses ${path} already. Stop it first, or give this one a folder of its own with ` +
    'DEIS_DATA_DIR. Several controllers share a folder only with a PostgreSQL of your own, which ' +
    'DATABASE_URL names for each.'
  );
}
