import type { NotificationListener } from '../store/operations/notification-listener.js';
import {
  operationEventChannel,
  type OperationEventRecord,
  type OperationEventStore,
} from '../store/operations/operation-event-store.js';
import type { OperationStore } from '../store/operations/operation-store.js';
import { Wakeup } from './wakeup.js';

/** Looked again after this long even if no notification came. */
const pollMs = 5_000;

/** The live and past events of operations, out of the durable rows alone. */
export class EventStream {
  constructor(
    private readonly operations: OperationStore,
    private readonly events: OperationEventStore,
    private readonly listener: NotificationListener,
  ) {}

  /**
   * Every event of the operation with an id greater than `afterEventId`, in order and without gaps, as they
   * come. Ends after the `end` event, when the operation is gone, or when `signal` is aborted.
   * @param together lines that follow each other come in one event `lines`: a long output sooner
   */
  async *follow(
    operationId: string,
    afterEventId: number,
    signal: AbortSignal,
    together = false,
  ): AsyncGenerator<OperationEventRecord, void, void> {
    const wakeup = new Wakeup(signal);
    // Heard from before the first look on: what comes between a look and the wait ends the wait at once.
    const unlisten = this.listener.on(operationEventChannel, (id) =>
      id === null || id === operationId ? wakeup.wake() : undefined,
    );
    let cursor = afterEventId;
    let isOver = false;
    try {
      while (!signal.aborted) {
        const page = together
          ? await this.events.listTogetherAfter(operationId, cursor)
          : await this.events.listAfter(operationId, cursor);
        for (const event of page) {
          cursor = event.id;
          yield event;
          if (event.type === 'end' || signal.aborted) return;
        }
        if (page.length > 0) continue;
        if (isOver) return;
        // Looked at once more when it is: the end is written together with its event, perhaps since this look.
        isOver = await this.#isOver(operationId);
        if (!isOver) await wakeup.wait(pollMs);
      }
    } finally {
      unlisten();
      wakeup.close();
    }
  }

  async #isOver(operationId: string): Promise<boolean> {
    const operation = await this.operations.byId(operationId);
    return operation === undefined || operation.finishedAt !== null;
  }
}
