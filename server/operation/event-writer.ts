import { waitUntil } from '../../provisioner/wait-until.js';
import type { NewOperationEvent, OperationEventStore } from '../store/operation-event-store.js';
import type { OperationEventData } from './operation-context.js';

const retryMs = 250;
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
      await whileDatabaseIsAway(() => this.store.append(this.operationId, events, this.leaseOwner), this.patienceMs);
    } catch (error) {
      this.onTrouble(error);
    }
  }
}

/** Repeats a write that failed because the database restarts or cannot be reached, for `patienceMs` at most. */
export async function whileDatabaseIsAway<T>(write: () => Promise<T>, patienceMs: number): Promise<T> {
  const attempt = async (): Promise<{ value: T } | undefined> => {
    try {
      return { value: await write() };
    } catch (error) {
      if (isRefusal(error)) throw error;
      return undefined;
    }
  };
  const done = await waitUntil(attempt, { deadlineMs: patienceMs, intervalMs: retryMs, what: 'the database' });
  return done.value;
}

/** A five character SQLSTATE is the server's word; classes 08, 53 and 57 mean that it cannot be used now, not that it refused. */
function isRefusal(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^[0-9A-Z]{5}$/.test(code) && !/^(08|53|57)/.test(code);
}
