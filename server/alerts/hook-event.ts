import { createHmac, randomUUID } from 'node:crypto';
import type { Secret } from '../../base/secret.js';
import type { AlertRecord } from '../store/alerts/alert-store.js';
import type { DeliveryRecord } from '../store/alerts/hook-store.js';
import type { Stores } from '../store/stores.js';

export type HookEvent = 'alert.fired' | 'alert.resolved' | 'alert.test';

/** What a hook is sent, as JSON; a mail is written from it. */
export interface HookBody {
  readonly id: string;
  readonly event: HookEvent;
  readonly at: string;
  readonly formation: string;
  readonly text: string;
  readonly alert: {
    readonly kind: string;
    readonly subject: string;
    readonly detail: string;
    readonly since: string;
    readonly resolved_at: string | null;
  };
}

type Told = Pick<AlertRecord, 'kind' | 'subject' | 'detail' | 'since' | 'resolvedAt'>;

/** Has each hook of a formation told of an alert. Resolves to the number of hooks. */
export async function tellHooks(
  { hooks }: Pick<Stores, 'hooks'>,
  formation: { readonly id: number; readonly name: string },
  { event, alert, now }: { readonly event: HookEvent; readonly alert: Told; readonly now: Date },
): Promise<number> {
  const all = await hooks.ofFormation(formation.id);
  for (const hook of all) {
    const id = randomUUID();
    const body = hookBody({ id, event, formation: formation.name, alert, now });
    await hooks.addDelivery({ id, hookId: hook.id, event, body, createdAt: now });
  }
  return all.length;
}

/** What a hook is sent. */
export function hookBody({
  id,
  event,
  formation,
  alert: { kind, subject, detail, since, resolvedAt },
  now,
}: {
  readonly id: string;
  readonly event: HookEvent;
  readonly formation: string;
  readonly alert: Told;
  readonly now: Date;
}): string {
  const alert = { kind, subject, detail, since, resolved_at: resolvedAt };
  const text = `${event === 'alert.resolved' ? 'Over' : 'Alert'} (${formation}): ${detail}`;
  return JSON.stringify({ id, event, at: now, formation, text, alert });
}

/**
 * `t=SECONDS,v1=HEX`: HMAC-SHA256 of `SECONDS.BODY` under the hook's secret, in hexadecimal, as Stripe does it. Who
 * compares the time, too, takes no old message for a new one.
 */
export function signature(secret: Secret, body: string, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000);
  const sum = createHmac('sha256', secret.reveal()).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${sum}`;
}

/** The headers of one attempt. */
export function hookHeaders(
  { id, event, body, attempts }: Pick<DeliveryRecord, 'id' | 'event' | 'body' | 'attempts'>,
  secret: Secret,
  now: Date,
): Record<string, string> {
  return {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'deis-classic',
    'deis-event': event,
    'deis-delivery': id,
    'deis-attempt': String(attempts),
    'deis-signature': signature(secret, body, now),
  };
}
