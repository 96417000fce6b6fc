import type { NewOperationEvent, OperationEventStore } from '../store/operations/operation-event-store.js';
import type { OperationEventData } from './operation-context.js';
import { whileDatabaseIsAway } from './while-database-is-away.js';

/** Characters of one line; the rest is cut. */
const maxLine = 16_384;

/** Writes the events of one operation in order, those that pile up meanwhile in one statement. */
export class EventWriter {
  #pending: NewOperationEvent[] = [];
  #tail: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: OperationEventStore,
    private readonly operationId: string,
    private readonly leaseOwner: string,
    /** How long the database may be away before events are given up. */
    private readonly patienceMs: number,
    private readonly onTrouble: (error: unknown) => void,
  ) {}

  /** Queues an event; `flushed` tells when it is durable. */
  add<Type extends keyof OperationEventData>(type: Type, data: OperationEventData[Type]): void {
    this.#pending.push({ type, data: 'text' in data ? { text: data.text.slice(0, maxLine) } : { ...data } });
    if (this.#pending.length === 1) this.#tail = this.#tail.then(() => this.#flush());
  }

  /** Resolves when everything added so far is durable or given up. */
  async flushed(): Promise<void> {
    await this.#tail;
  }

  async #flush(): Promise<void> {
    const events = this.#pending;
    this.#pending = [];
    try {
      await whileDatabaseIsAway(
        () => this.store.append(this.operationId, events, this.leaseOwner),
        this.patienceMs,
      );
    } catch (error) {
      this.onTrouble(error);
    }
  }
}
