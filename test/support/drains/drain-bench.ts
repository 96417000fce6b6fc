import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, rootCertificates } from 'node:tls';
import { waitUntil } from '../../../base/wait-until.js';
import { Drains, type DrainsOptions } from '../../../server/drains/drains.js';
import type { SinkDialing } from '../../../server/drains/sink.js';
import { addDrain, type DrainRequest } from '../../../server/formation/logs/drains.js';
import { keepWithin } from '../../../server/log/keep-within.js';
import { keptFolder } from '../../../server/log/kept-logs.js';
import type { FormationRecord } from '../../../server/store/app/formation-store.js';
import type { DrainPosition, DrainRecord } from '../../../server/store/drains/drain-store.js';
import { createTestDatabase, type TestDatabase } from '../server/database.js';
import { makeCertificate, type MadeCertificate } from '../server/make-certificate.js';
import { storeFormation } from '../server/stored-formation.js';

/** What the log server stores of the nth line of a container. */
export function storedLine(n: number, log = `line ${n}\n`, tag = 'deis/web.1/v3'): string {
  const time = new Date(Date.UTC(2100, 0, 1) + n).toISOString();
  return `node-1 abcdef123456 ${n} ${JSON.stringify({ log, stream: 'stdout', attrs: { tag }, time })}\n`;
}

export const texts = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => `line ${from + n}`);

/** The real drains over a real database and a folder that is written as the log server writes it. */
export class DrainBench {
  readonly logged: string[] = [];
  /** Milliseconds that its clock is ahead. */
  #ahead = 0;
  drains: Drains;

  private constructor(
    readonly db: TestDatabase,
    readonly root: string,
    readonly tls: MadeCertificate,
    readonly formation: FormationRecord,
    private readonly settings: Partial<DrainsOptions>,
    private readonly dialing: Partial<SinkDialing>,
  ) {
    this.drains = this.#newDrains();
  }

  static async start(
    settings: Partial<DrainsOptions> = {},
    dialing: Partial<SinkDialing> = {},
  ): Promise<DrainBench> {
    const db = await createTestDatabase();
    const root = await mkdtemp(join(tmpdir(), 'deis-drains-'));
    const { formation } = await storeFormation(db.stores, 'peachy-waxworks');
    const tls = makeCertificate(['localhost'], 2, '127.0.0.1');
    const bench = new DrainBench(db, root, tls, formation, settings, dialing);
    bench.drains.start();
    return bench;
  }

  readonly folderOf = (formationId: number): string => keptFolder(this.root, `key-${formationId}`);

  async add(request: DrainRequest, formationId: number | null = this.formation.id): Promise<DrainRecord> {
    return addDrain(
      { stores: this.db.stores, allowsDrainTo: () => true, newId: randomUUID },
      formationId,
      request,
    );
  }

  /** As the log server does. */
  async store(lines: string, formationId = this.formation.id): Promise<void> {
    const folder = this.folderOf(formationId);
    await mkdir(folder, { recursive: true });
    await appendFile(join(folder, 'current.log'), lines);
  }

  async storeNumbers(from: number, to: number, formationId = this.formation.id): Promise<void> {
    const lines = Array.from({ length: to - from }, (_, n) => storedLine(from + n));
    await this.store(lines.join(''), formationId);
  }

  /** Ten seconds later, puts what is there aside, compresses what was put aside before, removes what is too much. */
  async sweep(maxBytes: number): Promise<void> {
    const known = (): Promise<Set<string>> => Promise.resolve(new Set([`key-${this.formation.id}`]));
    const signal = AbortSignal.timeout(20_000);
    const retention = { maxBytes, maxDays: 7 };
    this.#ahead += 10_000;
    const now = this.#now();
    await keepWithin(this.root, retention, { known, now, reopen: () => undefined, signal });
  }

  /** Names of the files of the formation. */
  async files(): Promise<string[]> {
    return readdir(this.folderOf(this.formation.id));
  }

  async positions(): Promise<DrainPosition[]> {
    const [drain] = await this.db.stores.drains.all();
    return [...(await this.db.stores.drains.positions(drain!.id)).values()];
  }

  /** As a controller that was stopped and is started again. */
  async restart(): Promise<void> {
    await this.drains.stop();
    this.drains = this.#newDrains();
    this.drains.start();
  }

  async until(condition: () => unknown, what: string): Promise<void> {
    await waitUntil(async () => ((await condition()) === true ? true : undefined), {
      deadlineMs: 20_000,
      intervalMs: 10,
      what,
    });
  }

  async shown({ formationId, name }: DrainRecord): Promise<DrainRecord> {
    return (await this.db.stores.drains.byName(formationId, name))!;
  }

  /** What is known of the drain by now fulfils it. */
  async untilShown(drain: DrainRecord, fits: (shown: DrainRecord) => boolean, what: string): Promise<void> {
    await this.until(async () => fits(await this.shown(drain)), what);
  }

  async close(): Promise<void> {
    await this.drains.stop();
    await this.db.close();
    await rm(this.root, { recursive: true, force: true });
  }

  #now(): Date {
    return new Date(Date.now() + this.#ahead);
  }

  #newDrains(): Drains {
    const { stores } = this.db;
    return new Drains({
      stores,
      folderOf: this.folderOf,
      dialing: {
        secureContext: createSecureContext({ ca: [...rootCertificates, this.tls.certificate] }),
        allows: () => true,
        silenceMs: 300,
        now: () => this.#now(),
        ...this.dialing,
      },
      maxBacklog: 64 * 1024 * 1024,
      retryMs: 20,
      everyMs: 10,
      random: () => 0.5,
      log: { warn: (fields, message) => void this.logged.push(`${message} ${JSON.stringify(fields)}`) },
      ...this.settings,
    });
  }
}

/** Whether each came at least once, in order: what came again came before as well. */
export function firstOfEach(received: readonly string[]): string[] {
  return [...new Set(received)];
}
