import { setTimeout as delay } from 'node:timers/promises';

/** Paces an act; what others do meanwhile is what is looked at. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
