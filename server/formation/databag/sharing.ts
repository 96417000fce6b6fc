import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';

/** A formation that shares its nodes: one proxy has several names to answer to. */
type Sharing = Pick<FormationSnapshot, 'host' | 'guests'>;

/** `shop.apps.example.com`; undefined where it has none. @param domain names of all that share nodes are below it */
export function ownName(
  name: string,
  { host, guests = [] }: Sharing,
  domain: string | undefined,
): string | undefined {
  const isSharing = host !== undefined || guests.length > 0;
  return isSharing && domain !== undefined ? `${name}.${domain}` : undefined;
}

/** All names that a formation answers to, sorted; none: to every name, unless it is a guest. */
export function namesOf(
  snapshot: Pick<FormationSnapshot, 'formation' | 'domains'> & Sharing,
  domain: string | undefined,
): string[] {
  const own = ownName(snapshot.formation.name, snapshot, domain);
  const all = [...snapshot.domains.map(({ name }) => name), ...(own === undefined ? [] : [own])];
  return [...new Set(all)].sort();
}
