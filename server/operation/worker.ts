import { OperationEventStore } from '../store/operations/operation-event-store.js';
import { LeaseStore } from '../store/operations/lease-store.js';
import type { Database } from '../store/database.js';
import type { StepSlots } from '../store/operations/fair-share.js';
import type { NotificationListener } from '../store/operations/notification-listener.js';
import { operationChannel, type OperationRecord, type Outcome } from '../store/operations/operation-store.js';
import type { Observer } from '../observe/observer.js';
import { EventWriter } from './event-writer.js';
import type { Faults } from './faults.js';
import type { OperationHandler } from './operation-context.js';
import { isHandover } from './operation-errors.js';
import { isInternal, outcomeOf } from './operation-outcome.js';
import { OperationAttempt, type RunTimes } from './operation-attempt.js';
import { ServedShares } from './served-shares.js';
import { whileDatabaseIsAway } from './while-database-is-away.js';

export interface WorkerOptions extends RunTimes {
  /** Unique among all workers that ever were. */
  readonly owner: string;
  /** Operations at once. */
  readonly concurrency: number;
  /** What has fewer slots than there are places: it waits for one in the queue, and holds no place. */
  readonly slots: StepSlots;
  /** How long `stop` lets running operations go on. */
  readonly stopGraceMs: number;
}

export interface WorkerParts {
  readonly database: Database;
  readonly listener: NotificationListener;
  /** Operation kind -> who carries it out. Other kinds are left to other workers. */
  readonly handlers: Readonly<Record<string, OperationHandler>>;
  readonly faults: Faults;
  readonly log: WorkerLog;
  readonly observer: Observer;
}

/** pino's logger, as far as it is used here. */
export interface WorkerLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A taken-over operation that has killed its worker this often is given up: it would go on for ever. */
const maxAttempts = 10;

/** Takes operations and carries them out, several at once. No operation waits for another inside of it. */
export class Worker {
  readonly #leases: LeaseStore;
  readonly #served = new ServedShares();
  readonly #runs = new Map<OperationAttempt, Promise<void>>();
  #unlisten: (() => void) | undefined;
  #poll: NodeJS.Timeout | undefined;
  #due: NodeJS.Timeout | undefined;
  #stopping = false;
  #filling: Promise<void> | undefined;
  #again = false;

  constructor(
    private readonly parts: WorkerParts,
    private readonly options: WorkerOptions,
  ) {
    this.#leases = new LeaseStore(parts.database);
  }

  /**
   * Begins to take operations: when one is announced, when one ends, and every quarter lease for those nobody
   * announced.
   */
  start(): void {
    this.#unlisten = this.parts.listener.on(operationChannel, (id) => this.#heard(id));
    this.#poll = setInterval(() => this.#fill(), this.options.leaseMs / 4);
    this.#fill();
  }

  /** Takes no more, lets running ones go on for the grace, then hands back those that have not ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#unlisten?.();
    clearInterval(this.#poll);
    clearTimeout(this.#due);
    await this.#filling;
    const grace = setTimeout(() => {
      for (const run of this.#runs.keys()) run.handOver('the controller stops');
    }, this.options.stopGraceMs);
    await Promise.all(this.#runs.values());
    clearTimeout(grace);
  }

  /** A cancel of a running operation is announced like a new one. */
  #heard(id: string | null): void {
    for (const run of this.#runs.keys()) if (id === null || run.operation.id === id) void run.renew();
    this.#fill();
  }

  /** Fills the free places; a call while it fills, or asks when the next is due, makes it look once more. */
  #fill(): void {
    this.#again = true;
    this.#filling ??= this.#takeAll()
      .catch((error: unknown) => this.parts.log.warn({ err: error }, 'could not look for operations'))
      .finally(() => {
        this.#filling = undefined;
        if (this.#again && !this.#stopping) this.#fill();
      });
  }

  async #takeAll(): Promise<void> {
    while (this.#again && !this.#stopping) {
      this.#again = false;
      while (this.#runs.size < this.options.concurrency && !this.#stopping) {
        const taken = await this.#leases.claim({
          owner: this.options.owner,
          leaseMs: this.options.leaseMs,
          kinds: Object.keys(this.parts.handlers),
          places: this.options.concurrency,
          slots: this.options.slots,
          served: this.#served.recent,
        });
        if (taken === undefined) break;
        this.#served.note(taken.share);
        this.#begin(taken.operation);
      }
    }
    await this.#wakeWhenDue();
  }

  async #wakeWhenDue(): Promise<void> {
    clearTimeout(this.#due);
    const ms = await this.#leases.msUntilDue();
    if (ms !== undefined && ms < this.options.leaseMs && !this.#stopping)
      this.#due = setTimeout(() => this.#fill(), ms);
  }

  #begin(operation: OperationRecord): void {
    const { database, faults, log, observer } = this.parts;
    const onTrouble = (error: unknown): void =>
      log.warn({ err: error, operation: operation.id }, 'could not write an operation event');
    const events = new EventWriter(
      new OperationEventStore(database),
      operation.id,
      this.options.owner,
      this.options.leaseMs,
      onTrouble,
    );
    const run = new OperationAttempt(operation, {
      leases: this.#leases,
      events,
      faults,
      observer,
      owner: this.options.owner,
      times: this.options,
      entered: (step) => {
        if (operation.kind === this.options.slots.kind && step !== this.options.slots.step) this.#fill();
      },
    });
    const done = this.#carryOut(run, events)
      .catch((error: unknown) =>
        log.error(
          { err: error, operation: operation.id },
          'could not record how the operation ended; its lease will expire',
        ),
      )
      .finally(() => {
        this.#runs.delete(run);
        this.#fill();
      });
    this.#runs.set(run, done);
  }

  async #carryOut(run: OperationAttempt, events: EventWriter): Promise<void> {
    const { operation } = run;
    const { id, kind, formationName: formation, attempts: attempt } = operation;
    const { observer } = this.parts;
    const startedAt = performance.now();
    observer.onOperation({ id, kind, formation, attempt });
    run.begin();
    try {
      const outcome = await this.#outcome(run);
      await events.flushed();
      const { owner, leaseMs } = this.options;
      const record = (): Promise<unknown> =>
        outcome === 'handed over'
          ? this.#leases.handBack(operation.id, owner)
          : this.#leases.finish(operation.id, owner, outcome);
      await whileDatabaseIsAway(record, leaseMs);
      const end = { outcome, ms: Math.round(performance.now() - startedAt) };
      observer.onOperation({ id, kind, formation, attempt, end });
    } finally {
      run.end();
    }
  }

  async #outcome(run: OperationAttempt): Promise<Outcome | 'handed over'> {
    const { kind, attempts } = run.operation;
    try {
      if (attempts > maxAttempts)
        throw new Error(`given up: the controller ended ${attempts - 1} times while carrying it out`);
      const result = await this.parts.handlers[kind]!(run);
      return { state: 'succeeded', ...(result ? { result } : {}) };
    } catch (error) {
      if (run.isHandedOver || isHandover(error)) return 'handed over';
      if (isInternal(error))
        this.parts.log.error(
          { err: error, operation: run.operation.id },
          'operation failed by a fault of the controller',
        );
      return outcomeOf(error);
    }
  }
}
