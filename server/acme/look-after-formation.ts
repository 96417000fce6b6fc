import { openAccount } from '../formation/proxies/auto-certs.js';
import { auditSystem } from '../formation/requests/audit-system.js';
import { enqueueWithin, requireAlive } from '../formation/requests/enqueue-operation.js';
import { configureProxiesKind } from '../formation/requests/kinds/configure-proxies.js';
import type { AutoCertOrder } from '../store/app/certificates/auto-cert-store.js';
import type { AcmeParts } from './acme-parts.js';
import { attemptOrder } from './attempt-order.js';
import { certOf, namesToKeep, readAutoState, validityOfCert, type AutoState } from './auto-state.js';
import { namesGivenUpAt } from './decisions/names-to-order.js';
import { isNamePaused, without } from './name-problems.js';
import { planRenewal } from './plan-renewal.js';
import { reconcileOrders } from './reconcile-orders.js';

/** Looked at again at the latest and at the earliest. */
const maxPauseMs = 86_400_000;
const minPauseMs = 1000;
const proxiesMs = 2000;

/** Brings the certificates of a formation as far as they come now, and writes down when to look again. */
export async function lookAfterFormation(
  parts: AcmeParts,
  formationId: number,
  signal: AbortSignal,
): Promise<void> {
  const { stores, now } = parts.formation;
  const state = await readAutoState(stores, formationId);
  if (state === undefined) return stores.autoCerts.lookAt(formationId, later(now(), maxPauseMs));
  if (state.account.directory !== parts.orders.directory) return moveAccount(parts, state);
  if (await proxiesChange(parts, formationId))
    return stores.autoCerts.lookAt(formationId, later(now(), proxiesMs));
  await forgetNames(parts, state);
  const packed = await reconcileOrders(parts, state);
  if (packed === undefined) return;
  for (const { name } of packed.orders) {
    await askRenewal(parts, packed, name, signal);
    // An earlier order may have found out something about names.
    const latest = await readAutoState(stores, formationId);
    const order = latest?.orders.find((each) => each.name === name);
    if (latest === undefined || order === undefined) continue;
    await attemptOrder(parts, latest, order, signal);
  }
  const after = await readAutoState(stores, formationId);
  if (after !== undefined) await stores.autoCerts.lookAt(formationId, nextLook(after, now()));
}

/** The settings name another CA: its account, whose challenges proxies must answer first. */
async function moveAccount(parts: AcmeParts, state: AutoState): Promise<void> {
  const { stores, now, newId } = parts.formation;
  const { id } = state.formation;
  await stores.withFormationLock(id, async (inside) => {
    const formation = await requireAlive(inside, id);
    const account = await openAccount(inside, parts.orders.directory);
    await inside.autoCerts.enable(id, account.id, now());
    for (const order of state.orders) await inside.autoCerts.endOrder(order.id);
    await inside.formations.bumpGeneration(id);
    const params = { action: 'answer the challenges of another CA' };
    const actor = { system: 'acme' } as const;
    const operation = await enqueueWithin(inside, {
      id: newId(),
      formation,
      kind: configureProxiesKind,
      params,
      actor,
    });
    await auditSystem(inside, 'acme', operation, { ca: new URL(account.directory).host });
  });
}

/** Whether proxies are about to be told something: they may not answer challenges yet. */
async function proxiesChange({ formation: { stores } }: AcmeParts, formationId: number): Promise<boolean> {
  const unfinished = await stores.operations.unfinishedOfFormation(formationId, 'formation');
  return unfinished.some((operation) => configureProxiesKind.is(operation));
}

/** What was known of names that are gone. */
async function forgetNames({ formation: { stores, now } }: AcmeParts, state: AutoState): Promise<void> {
  const kept = namesToKeep(state, now());
  const gone = Object.keys(state.auto.problems).filter((name) => !kept.includes(name));
  if (gone.length > 0)
    await stores.autoCerts.setProblems(state.formation.id, without(state.auto.problems, ...gone));
}

/** Asks the CA when to renew, where that is due. */
async function askRenewal(
  parts: AcmeParts,
  state: AutoState,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const { stores, now } = parts.formation;
  const [order, cert] = [state.orders.find((each) => each.name === name), certOf(state, name)];
  if (order === undefined || cert === undefined) return;
  if (order.askRenewalAt !== null && order.askRenewalAt > now()) return;
  await stores.autoCerts.update(order.id, await planRenewal(parts, cert.certificate, order.renewAt, signal));
}

function nextLook(state: AutoState, now: Date): Date {
  const names = Object.values(state.auto.problems).map(({ notBefore }) => new Date(notBefore));
  const ends = state.certs.flatMap((cert) => [cert.expiresAt, namesGivenUpAt(validityOfCert(cert))]);
  const moments = [
    ...[...names, ...ends].filter((moment) => moment > now),
    ...state.orders.flatMap((order) => momentsOf(state, order, now)),
  ];
  const next = Math.min(now.getTime() + maxPauseMs, ...moments.map((moment) => moment.getTime()));
  return new Date(Math.max(now.getTime() + minPauseMs, next));
}

/** A renewal that is due and waits for one of its names is looked at when that name is. */
function momentsOf({ auto: { problems } }: AutoState, order: AutoCertOrder, now: Date): Date[] {
  const isPaused = order.notBefore !== null && order.notBefore > now;
  const isDue = order.renewAt !== null && order.renewAt <= now;
  const waits = isDue && order.domains.some((name) => isNamePaused(problems[name], now));
  return [
    isPaused ? order.notBefore : null,
    isPaused || waits ? null : order.renewAt,
    order.askRenewalAt,
  ].filter((moment) => moment !== null);
}

function later(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms);
}
