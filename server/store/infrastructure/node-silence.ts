import type { NodeRecord } from './node-store.js';

/** `lastAction` of a node that the watch over nodes has found silent. */
export const watchAction = 'watch';

/** Since when a node in service has not answered; null where it does, as far as the watch has seen. */
export function silentSince({
  status,
  lastAction,
  lastError,
  updatedAt,
}: Pick<NodeRecord, 'status' | 'lastAction' | 'lastError' | 'updatedAt'>): Date | null {
  return status === 'ready' && lastAction === watchAction && lastError !== null ? updatedAt : null;
}
