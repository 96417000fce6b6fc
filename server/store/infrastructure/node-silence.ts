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
