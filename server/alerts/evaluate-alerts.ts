import type { AlertRecord } from '../store/alerts/alert-store.js';
import type { Stores } from '../store/stores.js';
import { findConditions, type Condition, type Conditions } from './find-conditions.js';
import { tellHooks } from './hook-event.js';
import { readAlertFacts, type AlertSources } from './read-facts.js';

/** An alert is over when it was not found for so long: what comes and goes is told once. */
export const resolveAfterMs = 30_000;
/** One of which nothing can be said any more ends after so long. */
const forgetAfterMs = 15 * 60_000;

/** Looks at every formation that has rules. A formation that cannot be looked at keeps none of the others from it. */
export async function evaluateAlerts(
  sources: AlertSources,
  now: () => Date,
  signal: AbortSignal,
  onError: (error: unknown, formationId: number) => void,
): Promise<void> {
  for (const formationId of await sources.stores.alerts.formationsWithRules()) {
    signal.throwIfAborted();
    await evaluateFormation(sources, formationId, now()).catch((error: unknown) =>
      onError(error, formationId),
    );
  }
}

/**
 * Opens an alert for what is the matter, once, and ends those that are over; hooks are told of both, in the same
 * transaction. What is open stands in the database: a restart neither repeats nor forgets it.
 */
export async function evaluateFormation(
  sources: AlertSources,
  formationId: number,
  now: Date,
): Promise<void> {
  const { stores } = sources;
  const rules = await stores.alerts.rulesOf(formationId);
  const conditions = findConditions(rules, await readAlertFacts(sources, formationId, rules, now));
  await stores.transaction(async (within) => {
    const formation = await within.formations.byId(formationId);
    if (formation === undefined) return;
    const open = await within.alerts.openOf(formationId);
    for (const condition of conditions.holding) {
      const known = open.find((alert) => isSame(alert, condition));
      if (known !== undefined) await within.alerts.saw(known.id, condition.detail, now);
      else await fire(within, formation, condition, now);
    }
    for (const alert of open.filter((each) => isOver(each, conditions, now))) {
      if (!(await within.alerts.resolve(alert.id, now))) continue;
      await tellHooks(within, formation, {
        event: 'alert.resolved',
        alert: { ...alert, resolvedAt: now },
        now,
      });
    }
  });
}

async function fire(
  stores: Stores,
  formation: { readonly id: number; readonly name: string },
  { rule, subject, detail }: Condition,
  now: Date,
): Promise<void> {
  const { id: ruleId, kind } = rule;
  const alert = await stores.alerts.open({ formationId: formation.id, ruleId, kind, subject, detail }, now);
  if (alert !== undefined) await tellHooks(stores, formation, { event: 'alert.fired', alert, now });
}

function isSame(alert: AlertRecord, { rule, subject }: Condition): boolean {
  return alert.ruleId === rule.id && alert.subject === subject;
}

function isOver(alert: AlertRecord, { holding, unknown }: Conditions, now: Date): boolean {
  if (holding.some((condition) => isSame(alert, condition))) return false;
  const unseenMs = now.getTime() - alert.seenAt.getTime();
  return unseenMs >= (unknown.has(alert.ruleId) ? forgetAfterMs : resolveAfterMs);
}
