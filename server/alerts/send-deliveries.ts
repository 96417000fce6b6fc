import type { Attempt, DeliveryRecord } from '../store/alerts/hook-store.js';
import type { Stores } from '../store/stores.js';
import { hookHeaders } from './hook-event.js';
import type { HookSender, Sent } from './hook-sender.js';

/** One that was tried so often is given up: after about a day. */
export const maxAttempts = 12;
const firstPauseMs = 10_000;
const maxPauseMs = 4 * 3600_000;
const sendsAtOnce = 10;
/** No send takes as long. */
const heldMs = 120_000;

/** Sends what is due, ten at a time; what cannot be sent is tried again later and later. */
export async function sendDeliveries(
  stores: Stores,
  sender: Pick<HookSender, 'send'>,
  now: () => Date,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const at = now();
    const due = await stores.hooks.takeDue(at, new Date(at.getTime() + heldMs), sendsAtOnce);
    if (due.length === 0) return;
    await Promise.all(due.map((delivery) => sendOne(stores, sender, { delivery, now, signal })));
  }
}

async function sendOne(
  { hooks }: Stores,
  sender: Pick<HookSender, 'send'>,
  { delivery, now, signal }: { delivery: DeliveryRecord; now: () => Date; signal: AbortSignal },
): Promise<void> {
  const target = await hooks.target(delivery.hookId);
  if (target === undefined) return;
  const headers = hookHeaders(delivery, target.secret, now());
  const sent = await sender.send(target.url.reveal(), { headers, body: delivery.body, signal });
  await hooks.ended(delivery.id, attemptOf(delivery.attempts, sent, now()), now());
}

/** What an attempt comes to: the next after 10 s, 30 s, 90 s and so on, at most 4 hours. */
export function attemptOf(attempts: number, { status, error }: Sent, now: Date): Attempt {
  const pauseMs = Math.min(maxPauseMs, firstPauseMs * 3 ** (attempts - 1));
  const nextAt = new Date(now.getTime() + pauseMs);
  if (error === null) return { state: 'delivered', status, error, nextAt };
  return { state: attempts >= maxAttempts ? 'failed' : 'waiting', status, error, nextAt };
}
