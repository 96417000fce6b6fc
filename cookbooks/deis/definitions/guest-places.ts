import type { Databag } from '../../databag.js';
import { contentSum } from './content-sum.js';
import { places } from './places.js';

type Whose = Pick<Databag, 'id' | 'host'>;

/** Interfaces of guests' networks begin so: the firewall judges them together. */
export const guestInterfaces = 'deisg+';

/** Guests of a node: what each has there, a folder by name. */
export const guestFolders = {
  state: `${places.state}/guests`,
  slugs: '/opt/deis/guests',
  nginx: `${places.nginx}/guests`,
  logs: `${places.logSender}/guests`,
} as const;

/** Where a formation's own things lie on a node: a guest's apart from those of its host and of other guests. */
export function placesOf({ id, host }: Whose): Record<keyof typeof places, string> {
  if (host === undefined) return places;
  return {
    ...places,
    state: `${guestFolders.state}/${id}`,
    slugs: `${guestFolders.slugs}/${id}/slugs`,
    pages: `${guestFolders.nginx}/${id}/pages`,
    certs: `${guestFolders.nginx}/${id}/certs`,
    backends: `${guestFolders.nginx}/${id}/backends`,
  };
}

/** Docker's network of a guest; undefined: Docker's own bridge. */
export function networkOf({ id, host }: Whose): string | undefined {
  return host === undefined ? undefined : `deis-${id}`;
}

/** The bridge of a guest's network: names of interfaces have 15 characters at most. */
export function bridgeOf({ id }: Whose): string {
  return guestInterfaces.replace('+', contentSum(id).slice(0, 8));
}

/** What nginx calls a guest's own variables: they know no dashes, and names of formations no underscores. */
export function nginxSuffix({ id, host }: Whose): string {
  return host === undefined ? '' : `_${id.replaceAll('-', '_')}`;
}
