import type { Observer } from '../observe/observer.js';
import type { LeaseStore } from '../store/operations/lease-store.js';
import type { OperationRecord } from '../store/operations/operation-store.js';
import type { EventWriter } from './event-writer.js';
import type { Faults } from './faults.js';
import type { OperationContext } from './operation-context.js';
import { Handover, OperationCancelled } from './operation-errors.js';
import { runStep } from './run-step.js';
import { WorkUnderWay } from './work-under-way.js';
import { whileDatabaseIsAway } from './while-database-is-away.js';

export interface RunTimes {
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  /** How long a step's work may take to end after its signal was aborted. */
  readonly graceMs: number;
}

export interface RunParts {
  readonly leases: LeaseStore;
  readonly events: EventWriter;
  readonly faults: Faults;
  readonly observer: Observer;
  readonly owner: string;
  readonly times: RunTimes;
  /** Called when the database knows that a step is under way. */
  readonly entered: (step: string) => void;
}

/**
 * One attempt at an operation by this worker: keeps its lease, carries its steps, hears of cancel and loss.
 */
export class OperationAttempt implements OperationContext {
  readonly #cancel = new AbortController();
  readonly #handover = new AbortController();
  readonly signal = AbortSignal.any([this.#cancel.signal, this.#handover.signal]);
  #renewedAt = performance.now();
  #renewal: NodeJS.Timeout | undefined;
  readonly #underWay = new WorkUnderWay();

  constructor(
    readonly operation: OperationRecord,
    private readonly parts: RunParts,
  ) {}

  /** Begins to keep the lease. */
  begin(): void {
    if (this.operation.cancelRequestedAt !== null) this.#cancelled();
    this.#renewal = setInterval(() => void this.renew(), this.parts.times.leaseMs / 3);
  }

  /**
   * Extends the lease and learns of a cancel; gives up when the lease is lost, or may be because the database
   * is away.
   */
  async renew(): Promise<void> {
    const { leases, owner, times } = this.parts;
    const askedAt = performance.now();
    const answer = await leases.renew(this.operation.id, owner, times.leaseMs).catch(() => 'away' as const);
    if (answer === undefined) this.handOver('another worker has taken the operation over');
    else if (answer !== 'away') this.#renewedAt = askedAt;
    else if (performance.now() - this.#renewedAt >= times.leaseMs)
      this.handOver('the database was away for longer than the lease');
    if (answer !== 'away' && answer?.cancelRequested === true) this.#cancelled();
  }

  /** Makes the handler stop where it is; what it leaves undone is carried on by the next taker. */
  handOver(why: string): void {
    this.#handover.abort(new Handover(why));
  }

  get isHandedOver(): boolean {
    return this.#handover.signal.aborted;
  }

  /** Ends the lease's keeping, and whatever the handler left running. */
  end(): void {
    clearInterval(this.#renewal);
    this.#handover.abort(new Handover('the operation has ended'));
  }

  async step<T>(name: string, deadlineMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#run(name, deadlineMs, this.signal, work);
  }

  async cleanupStep<T>(
    name: string,
    deadlineMs: number,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return this.#run(name, deadlineMs, this.#handover.signal, work);
  }

  doing(place: string, resource: string | undefined): void {
    this.#underWay.note(place, resource);
  }

  line(text: string): void {
    this.parts.events.add('line', { text });
  }

  async #run<T>(
    name: string,
    deadlineMs: number,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { events, faults, observer, times } = this.parts;
    const { id, kind } = this.operation;
    signal.throwIfAborted();
    await this.#enter(name);
    const startedAt = performance.now();
    const elapsed = (): number => Math.round(performance.now() - startedAt);
    const heartbeat = setInterval(
      () => events.add('heartbeat', { step: name, ms: elapsed(), ...this.#underWay.said }),
      times.heartbeatMs,
    );
    let ok = false;
    try {
      const value = await runStep({ name, deadlineMs, signal, graceMs: times.graceMs }, work);
      faults.at(kind, name, 'end');
      ok = true;
      return value;
    } finally {
      clearInterval(heartbeat);
      this.#underWay.clear();
      const ms = elapsed();
      const cancelled = !ok && signal.reason instanceof OperationCancelled;
      events.add('step-ended', { step: name, ms, ok, ...(cancelled ? { cancelled } : {}) });
      observer.onStep({ operation: id, kind, step: name, ok, ms });
    }
  }

  async #enter(name: string): Promise<void> {
    const { leases, events, faults, owner, times } = this.parts;
    const isOurs = await whileDatabaseIsAway(
      () => leases.setStep(this.operation.id, owner, name),
      times.leaseMs,
    );
    if (!isOurs) this.handOver('another worker has taken the operation over');
    this.#handover.signal.throwIfAborted();
    this.parts.entered(name);
    events.add('step-started', { step: name });
    await events.flushed();
    faults.at(this.operation.kind, name, 'start');
  }

  #cancelled(): void {
    this.#cancel.abort(new OperationCancelled('cancelled'));
  }
}
