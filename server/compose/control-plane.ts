import { lookup } from 'node:dns/promises';
import type { HostService } from '../../provisioner/build-firewall.js';
import type { Settings } from '../settings/settings.js';
import { serversOf } from '../store/database-url.js';

const defaultPorts: Readonly<Record<string, number>> = {
  'postgres:': 5432,
  'postgresql:': 5432,
  'http:': 80,
  'https:': 443,
};

type Reached = Pick<Settings, 'databaseUrl' | 'http' | 'git' | 'slug'> & {
  readonly storeAccess: Pick<Settings['storeAccess'], 'endpoint'>;
};

/**
 * Where the settings say that the database, the store, the API, git and slugs are, as IPv4 addresses. Names that are
 * not known now are left out: then nobody reaches them by that name either.
 * @param open URLs of what is not counted, though it should be at the same place: registries behind the same proxy
 */
export async function controlPlane(
  settings: Reached,
  open: readonly (string | undefined)[] = [],
): Promise<HostService[]> {
  const { databaseUrl, http, git, slug, storeAccess } = settings;
  const urls = [
    ...(databaseUrl === undefined ? [] : serversOf(databaseUrl)),
    ...[storeAccess.endpoint, http.publicUrl, slug.nodeUrl].filter((url) => url !== undefined),
  ];
  const places = urls.map(placeOf);
  const api = http.publicUrl === undefined ? [] : [new URL(http.publicUrl).hostname];
  const ends = api.flatMap((host) => [http.port, git.port].map((port) => ({ host, port })));
  const found = await Promise.all([...places, ...ends].filter(({ port }) => port > 0).map(addressesOf));
  const left = await Promise.all(
    open.filter((url) => url !== undefined).map((url) => addressesOf(placeOf(url))),
  );
  const name = ({ address, port }: HostService): string => `${address}:${port}`;
  const named = new Map(found.flat().map((place) => [name(place), place]));
  for (const place of left.flat()) named.delete(name(place));
  return [...named.values()];
}

interface Place {
  readonly host: string;
  readonly port: number;
}

function placeOf(url: string): Place {
  const { hostname, port, protocol } = new URL(url);
  return { host: hostname, port: Number(port) || (defaultPorts[protocol] ?? 0) };
}

async function addressesOf({ host, port }: Place): Promise<HostService[]> {
  if (host === '') return [];
  const found = await lookup(host, { all: true, family: 4 }).catch(() => []);
  return found.filter(({ address }) => !address.startsWith('127.')).map(({ address }) => ({ address, port }));
}
