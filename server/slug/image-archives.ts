import type { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type Docker from 'dockerode';
import { NotFound } from '../../base/errors.js';
import type { BlobStore } from '../blobs/blob-store.js';

/** Gzipped `docker save` archives of images in the store, made when first asked for and kept. */
export class ImageArchives {
  readonly #underWay = new Map<string, Promise<string>>();

  constructor(
    private readonly blobs: BlobStore,
    private readonly docker: Docker,
  ) {}

  /**
   * Key of the archive of an image, by its id (64 hex digits), which is in the store then. @throws NotFound
   * when neither the store nor the engine has such an image.
   */
  async keyOf(id: string): Promise<string> {
    const key = `${id}.tar.gz`;
    if ((await this.blobs.stat(key)) !== undefined) return key;
    const running = this.#underWay.get(id) ?? this.#make(id, key).finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, running);
    return running;
  }

  async #make(id: string, key: string): Promise<string> {
    const archive = (await this.docker.getImage(await this.#nameOf(id)).get()) as Readable;
    const gzip = createGzip({ level: 1 });
    archive.on('error', (error) => gzip.destroy(error));
    await this.blobs.put(archive.pipe(gzip), () => key);
    return key;
  }

  /** Saved under its name, an image keeps it where it is loaded; under its id it would be nameless there. */
  async #nameOf(id: string): Promise<string> {
    const image = await this.docker
      .getImage(`sha256:${id}`)
      .inspect()
      .catch((cause: unknown) => {
        throw new NotFound(`no image sha256:${id}`, { cause });
      });
    return image.RepoTags?.[0] ?? image.Id;
  }
}
