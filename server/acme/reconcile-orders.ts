import type { AutoCertOrder } from '../store/app/certificates/auto-cert-store.js';
import type { AcmeParts } from './acme-parts.js';
import { certOf, namesToKeep, readAutoState, type AutoState } from './auto-state.js';
import { packNames, type Pack } from './decisions/pack-names.js';

/** Shares the formation's names out to certificates, and writes that down. Resolves to the state after. */
export async function reconcileOrders(parts: AcmeParts, state: AutoState): Promise<AutoState | undefined> {
  const { stores, now } = parts.formation;
  const names = namesToKeep(state, now());
  const packed = packNames(names, packsOf(state, names, now()), {
    maxNames: parts.orders.maxNames,
    taken: new Set(state.certs.filter(({ source }) => source !== 'acme').map(({ name }) => name)),
  });
  const present = new Map(state.orders.map((order) => [order.name, order]));
  const changed = packed.filter(({ name, domains }) => !isSame(present.get(name)?.domains, domains));
  const gone = state.orders.filter(({ name }) => !packed.some((pack) => pack.name === name));
  if (changed.length === 0 && gone.length === 0) return state;
  const { id } = state.formation;
  await stores.withFormationLock(id, async (inside) => {
    if ((await inside.autoCerts.byFormation(id)) === undefined) return;
    for (const { name, domains } of changed) await inside.autoCerts.keep(id, name, domains);
    for (const order of gone) await inside.autoCerts.remove(order.id);
  });
  return readAutoState(stores, id);
}

/** Also certificates from a time when it was enabled before: what is good is not ordered once more. */
function packsOf(state: AutoState, names: readonly string[], now: Date): Pack[] {
  const left = state.certs.filter(
    ({ name, source, expiresAt }) =>
      source === 'acme' && expiresAt > now && !state.orders.some((order) => order.name === name),
  );
  return [
    ...state.orders.map((order) => packOf(state, order, names, now)),
    ...left.map(({ name, domains }) => ({ name, domains, isDue: false })),
  ];
}

function packOf(state: AutoState, order: AutoCertOrder, names: readonly string[], now: Date): Pack {
  const cert = certOf(state, order.name);
  const isGood = cert !== undefined && cert.expiresAt > now;
  return {
    name: order.name,
    domains: order.domains,
    isDue: !isGood || (order.renewAt !== null && order.renewAt <= now && order.orderUrl === null),
    // One of its names still has TLS and is not ready: an order would take it away.
    isFrozen:
      isGood && cert.domains.some((name) => names.includes(name) && state.auto.problems[name] !== undefined),
  };
}

function isSame(one: readonly string[] | undefined, other: readonly string[]): boolean {
  return one !== undefined && one.length === other.length && one.every((name, at) => name === other[at]);
}
