import type { HostService } from '../../provisioner/build-firewall.js';
import { endpointOf, servicesAt } from '../builder/containers/services-at.js';
import type { Settings } from '../settings/settings.js';
import { serversOf } from '../store/database-url.js';

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
  const named = urls.map(endpointOf);
  const api = http.publicUrl === undefined ? [] : [new URL(http.publicUrl).hostname];
  const ends = api.flatMap((host) => [http.port, git.port].map((port) => ({ host, port })));
  const found = await Promise.all([...named, ...ends].filter(({ port }) => port > 0).map(servicesAt));
  const left = await Promise.all(
    open.filter((url) => url !== undefined).map((url) => servicesAt(endpointOf(url))),
  );
  const name = ({ address, port }: HostService): string => `${address}:${port}`;
  const services = new Map(found.flat().map((service) => [name(service), service]));
  for (const service of left.flat()) services.delete(name(service));
  return [...services.values()];
}
