import type { Databag } from '../../../cookbooks/databag.js';
import type { ProxySettings } from '../../../cookbooks/proxy-settings.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import { addressesOf } from './passed-on.js';

/** Who has a host, or guests, shares its nodes: one proxy has several names to answer to. */
interface Sharing {
  /** Undefined or null: none. */
  readonly host?: unknown;
  readonly guests?: readonly unknown[] | undefined;
}

/**
 * `shop.apps.example.com`: the name below the platform's domain of a formation that shares its nodes; undefined where
 * it has none.
 */
export function sharedName(
  name: string,
  { host = null, guests = [] }: Sharing,
  domain: string | undefined,
): string | undefined {
  const isSharing = host !== null || guests.length > 0;
  return isSharing && domain !== undefined ? `${name}.${domain}` : undefined;
}

/** All names that a formation answers to, sorted; none: to every name, unless it is a guest. */
export function namesOf(
  snapshot: Pick<FormationSnapshot, 'formation' | 'domains' | 'host' | 'guests' | 'formerProxies'>,
  domain: string | undefined,
): string[] {
  // What its former host passes on may come by the name that it has there.
  const own = sharedName(
    snapshot.formation.name,
    { ...snapshot, host: snapshot.host ?? snapshot.formerProxies },
    domain,
  );
  const all = [...snapshot.domains.map(({ name }) => name), ...(own === undefined ? [] : [own])];
  return [...new Set(all)].sort();
}

/** What the databag of a formation that shares its nodes says of that; nothing of one that has them for itself. */
export function sharingOf({
  formation,
  host,
  guests = [],
  isLeaving = false,
}: Pick<FormationSnapshot, 'formation' | 'host' | 'guests' | 'isLeaving'>): Pick<
  Databag,
  'host' | 'isLeaving' | 'hasGuests'
> {
  if (host !== undefined)
    return { host: host.name, ...(formation.destroying || isLeaving ? { isLeaving: true } : {}) };
  return guests.length > 0 ? { hasGuests: true } : {};
}

/**
 * What stands before the proxies is known to who owns them; a guest's own word for it does not count. After a move
 * those of its former host stand there, too.
 */
export function beforeProxies({
  host,
  formerProxies = [],
  formation,
}: Pick<FormationSnapshot, 'formation' | 'host' | 'formerProxies'>): ProxySettings {
  if (host === undefined && formerProxies.length === 0) return {};
  const { trusted = [], proxyProtocol = false } = (host ?? formation).proxySettings;
  return { trusted: [...new Set([...trusted, ...addressesOf(formerProxies)])], proxyProtocol };
}
