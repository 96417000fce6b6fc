import type { Database } from '../database.js';

/** `lastAction` of a node that the watch over nodes has found silent. */
export const watchAction = 'watch';

/** Since when a node in service has not answered; null where it does, as far as the watch has seen. */
export function silentSince({
  status,
  lastAction,
  lastError,
  updatedAt,
}: {
  readonly status: string;
  readonly lastAction: string | null;
  readonly lastError: string | null;
  readonly updatedAt: Date;
}): Date | null {
  return status === 'ready' && lastAction === watchAction && lastError !== null ? updatedAt : null;
}

/** Of nodes in service that do not answer, as the watch over nodes finds it. */
export class NodeSilenceStore {
  constructor(private readonly database: Database) {}

  /** Records that a node in service does not answer, or cannot be entered. The time stays that of the first. */
  async begin(id: string, reason: string): Promise<void> {
    await this.#table()
      .where({ id, status: 'ready' })
      .whereRaw('(last_action is distinct from ? or last_error is null)', [watchAction])
      .update({ last_action: watchAction, last_error: reason, updated_at: this.database.fn.now() });
  }

  /** Takes back what `begin` recorded. */
  async end(id: string): Promise<void> {
    await this.#table()
      .where({ id, last_action: watchAction })
      .whereNotNull('last_error')
      .update({ last_error: null, updated_at: this.database.fn.now() });
  }

  #table() {
    return this.database('nodes');
  }
}
