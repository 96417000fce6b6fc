import { join } from 'node:path';
import type Docker from 'dockerode';
import { localHost, outerHost } from '../addresses.js';
import type { Secret } from '../../base/secret.js';
import { waits } from '../formation/context/deadlines.js';
import type { FormationParts } from '../formation/context/formation-parts.js';
import { freePort } from '../free-port.js';
import type { Settings } from '../settings.js';
import { DownloadSigner, slugSigningKey } from '../slug/download-signer.js';
import { ImageArchives } from '../slug/image-archives.js';
import { formationDirs } from '../slug/remove-formation-files.js';
import { SlugServer } from '../slug/slug-server.js';
import { requestGraceMs, now } from './constants.js';
import type { Base } from './open-base.js';

/** They are signed when a converge begins, and a download begins within it. */
const downloadSeconds = waits.converge / 1000 + 60;

/** The running slug server. */
export interface Slugs {
  /** As this machine reaches it. */
  readonly url: string;
  readonly sign: FormationParts['signDownload'];
}

/** Serves slugs and images by signed URLs. */
export async function startSlugServer(settings: Settings, base: Base, docker: Docker): Promise<Slugs> {
  const key = await slugSigningKey(base.stores.instanceFacts);
  return slugsOn(await serve(settings, base, docker, key), settings, key);
}

/** Signs for the process that serves slugs on the configured port. */
export async function slugServerElsewhere(settings: Settings, base: Base): Promise<Slugs> {
  return slugsOn(settings.slug.port, settings, await slugSigningKey(base.stores.instanceFacts));
}

function slugsOn(port: number, { slug }: Settings, key: Secret): Slugs {
  const signer = new DownloadSigner({
    key,
    baseUrl: () => slug.nodeUrl ?? `http://${outerHost(slug.bind)}:${port}`,
    lifetimeSeconds: downloadSeconds,
    now,
  });
  const baseUrl = ([address]: readonly string[]): string | undefined =>
    slug.nodeUrl ?? (address === undefined ? undefined : `http://${address}:${port}`);
  return {
    url: `http://${localHost(slug.bind)}:${port}`,
    sign: (wanted, controllers) => signer.url(wanted, baseUrl(controllers)),
  };
}

/** Resolves to the port. */
async function serve(settings: Settings, base: Base, docker: Docker, key: Secret): Promise<number> {
  const { slug, dataDir } = settings;
  const server = new SlugServer({
    key,
    slugs: formationDirs(dataDir).slugs,
    images: new ImageArchives(join(dataDir, 'images'), docker),
    now,
    logger: base.log,
  });
  const port = await server.listen(
    slug.bind,
    await freePort(slug.bind, slug.port, settings.fixedPort('DEIS_SLUG_PORT')),
  );
  base.shutdown.add('the slug server', () => server.close(requestGraceMs));
  return port;
}
