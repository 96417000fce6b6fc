import type Docker from 'dockerode';
import { localHost, outerHost } from '../../addresses.js';
import type { Secret } from '../../../base/secret.js';
import { waits } from '../../formation/context/deadlines.js';
import type { FormationParts } from '../../formation/context/formation-parts.js';
import { freePort } from '../../free-port.js';
import type { Settings } from '../../settings/settings.js';
import type { FileStores } from '../../blobs/blob-stores.js';
import type { S3Stores } from '../../blobs/s3-stores.js';
import { DownloadSigner, slugSigningKey } from '../../slug/download-signer.js';
import { parseDownload } from '../../slug/download-path.js';
import { ImageArchives } from '../../slug/image-archives.js';
import type { NodeUrl } from '../../slug/node-url.js';
import { SlugServer } from '../../slug/slug-server.js';
import { requestGraceMs, now } from '../constants.js';
import type { Base } from '../open-base.js';

/** They are signed when a converge begins, and a download begins within it. */
const downloadSeconds = waits.converge / 1000 + 60;

/** The running slug server. */
export interface Slugs {
  /** As this machine reaches it. */
  readonly url: string;
  readonly sign: FormationParts['signDownload'];
  /** As nodes reach it where their provider knows no address of the controller; null where a store serves them. */
  readonly nodeUrl: () => NodeUrl | null;
}

/** Serves slugs and images by signed URLs. An S3 store serves them itself. */
export async function startSlugServer(settings: Settings, base: Base, docker: Docker): Promise<Slugs> {
  const { blobs } = base;
  if (blobs.kind === 's3') return slugsInS3(settings, blobs, docker);
  const key = await slugSigningKey(base.stores.instanceFacts);
  return slugsOn(await serve(settings, base, blobs, docker, key), settings, key);
}

/** Signs for the process that serves slugs on the configured port, or for the S3 store. */
export async function slugServerElsewhere(settings: Settings, base: Base, docker: Docker): Promise<Slugs> {
  const { blobs } = base;
  if (blobs.kind === 's3') return slugsInS3(settings, blobs, docker);
  return slugsOn(settings.slug.port, settings, await slugSigningKey(base.stores.instanceFacts));
}

function slugsInS3({ store }: Settings, blobs: S3Stores, docker: Docker): Slugs {
  return {
    url: store?.endpoint ?? 'https://s3.amazonaws.com',
    sign: presigner(blobs, docker),
    nodeUrl: () => null,
  };
}

function slugsOn(port: number, { slug }: Settings, key: Secret): Slugs {
  const nodeUrl = (): NodeUrl => ({
    url: slug.nodeUrl ?? `http://${outerHost(slug.bind)}:${port}`,
    isSet: slug.nodeUrl !== undefined,
  });
  const signer = new DownloadSigner({
    key,
    baseUrl: () => nodeUrl().url,
    lifetimeSeconds: downloadSeconds,
    now,
  });
  const baseUrl = ([address]: readonly string[]): string | undefined =>
    slug.nodeUrl ?? (address === undefined ? undefined : `http://${address}:${port}`);
  return {
    url: `http://${localHost(slug.bind)}:${port}`,
    nodeUrl,
    // Behind a URL of the operator's there is a proxy, or another way on which addresses change.
    sign: (wanted, { controllers, clients }) =>
      signer.url(wanted, slug.nodeUrl === undefined ? clients : [], baseUrl(controllers)),
  };
}

/** The archive of an image is put into the store before it is spoken of. */
function presigner({ slugs, images }: S3Stores, docker: Docker): Slugs['sign'] {
  const archives = new ImageArchives(images, docker);
  return async (wanted) => {
    const download = parseDownload(wanted);
    return download.kind === 'slug'
      ? slugs.url(download.path, downloadSeconds)
      : images.url(await archives.keyOf(download.id), downloadSeconds);
  };
}

/** Resolves to the port. */
async function serve(
  { slug, fixedPort }: Settings,
  base: Base,
  { slugs, images }: FileStores,
  docker: Docker,
  key: Secret,
): Promise<number> {
  const archives = new ImageArchives(images, docker);
  const server = new SlugServer({
    key,
    slugs: slugs.folder,
    images: { pathOf: async (id) => images.pathOf(await archives.keyOf(id)) },
    now,
    logger: base.log,
    onAnswered: base.observer.onDownload,
  });
  const port = await server.listen(
    slug.bind,
    await freePort(slug.bind, slug.port, fixedPort('DEIS_SLUG_PORT')),
  );
  base.shutdown.add('the slug server', () => server.close(requestGraceMs));
  return port;
}
