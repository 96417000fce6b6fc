import type { NotificationListener } from '../../../server/store/operations/notification-listener.js';
import { operationChannel, type Outcome } from '../../../server/store/operations/operation-store.js';
import type { Stores } from '../../../server/store/stores.js';

/** Stands in for the worker: carries out nothing, and ends every operation as the test says. */
export class ToldWorker {
  /** Set: operations end so once they are announced. Otherwise they stay queued. */
  outcome: Outcome | undefined;
  readonly #ending = new Set<Promise<unknown>>();
  readonly #unlisten: () => void;

  constructor(
    private readonly stores: Stores,
    listener: NotificationListener,
  ) {
    this.#unlisten = listener.on(operationChannel, (id) => {
      if (id !== null && this.outcome !== undefined) this.#end(id, this.outcome);
    });
  }

  /** Resolves when nothing is being ended any more. */
  async stop(): Promise<void> {
    this.#unlisten();
    await Promise.all(this.#ending);
  }

  #end(id: string, outcome: Outcome): void {
    const ending = this.stores
      .transaction((stores) => stores.operations.finishQueued(id, outcome))
      .finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
