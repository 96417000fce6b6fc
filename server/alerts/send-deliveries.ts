import type { Attempt, DeliveryRecord, HookTarget } from '../store/alerts/hook-store.js';
import type { Stores } from '../store/stores.js';
import { hookHeaders, type HookBody } from './hook-event.js';
import type { HookSender, Sent } from './hook-sender.js';
import type { MailSender } from './mail-sender.js';
import { addressOf, noMail } from './mail-target.js';

/** One that was tried so often is given up: after about a day. */
export const maxAttempts = 12;
const firstPauseMs = 10_000;
const maxPauseMs = 4 * 3600_000;
const sendsAtOnce = 10;
/** No send takes as long. */
const heldMs = 120_000;

/** How hooks are reached; without `mail` addresses are not. */
export interface Senders {
  readonly web: Pick<HookSender, 'send'>;
  readonly mail: Pick<MailSender, 'send'> | undefined;
}

/** Sends what is due, ten at a time; what cannot be sent is tried again later and later. */
export async function sendDeliveries(
  stores: Stores,
  senders: Senders,
  now: () => Date,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const at = now();
    const due = await stores.hooks.takeDue(at, new Date(at.getTime() + heldMs), sendsAtOnce);
    if (due.length === 0) return;
    await Promise.all(due.map((delivery) => sendOne(stores, senders, { delivery, now, signal })));
  }
}

async function sendOne(
  { hooks }: Stores,
  senders: Senders,
  { delivery, now, signal }: { delivery: DeliveryRecord; now: () => Date; signal: AbortSignal },
): Promise<void> {
  const target = await hooks.target(delivery.hookId);
  if (target === undefined) return;
  const sent = await sendTo(target, senders, { delivery, now, signal });
  await hooks.ended(delivery.id, attemptOf(delivery.attempts, sent, now()), now());
}

async function sendTo(
  { url, secret }: HookTarget,
  { web, mail }: Senders,
  { delivery, now, signal }: { delivery: DeliveryRecord; now: () => Date; signal: AbortSignal },
): Promise<Sent> {
  const { id, body } = delivery;
  const address = addressOf(url.reveal());
  if (address === undefined)
    return web.send(url.reveal(), { headers: hookHeaders(delivery, secret, now()), body, signal });
  if (mail === undefined) return { status: null, error: noMail };
  return mail.send(address, { id, body: JSON.parse(body) as HookBody, signal });
}

/** What an attempt comes to: the next after 10 s, 30 s, 90 s and so on, at most 4 hours. */
export function attemptOf(attempts: number, { status, error }: Sent, now: Date): Attempt {
  const pauseMs = Math.min(maxPauseMs, firstPauseMs * 3 ** (attempts - 1));
  const nextAt = new Date(now.getTime() + pauseMs);
  if (error === null) return { state: 'delivered', status, error, nextAt };
  return { state: attempts >= maxAttempts ? 'failed' : 'waiting', status, error, nextAt };
}
