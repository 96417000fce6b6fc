import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type Docker from 'dockerode';
import { NotFound } from '../../base/errors.js';
import { writeDurably } from './durable-file.js';

/** Gzipped `docker save` archives of images, made when first asked for and kept. */
export class ImageArchives {
  readonly #underWay = new Map<string, Promise<string>>();

  constructor(
    private readonly folder: string,
    private readonly docker: Docker,
  ) {}

  /**
   * Path of the archive of an image, by its id (64 hex digits). @throws NotFound when the engine has no such
   * image.
   */
  async pathOf(id: string): Promise<string> {
    const path = join(this.folder, `${id}.tar.gz`);
    if (await exists(path)) return path;
    const running = this.#underWay.get(id) ?? this.#make(id, path).finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, running);
    return running;
  }

  async #make(id: string, path: string): Promise<string> {
    const archive = (await this.docker.getImage(await this.#nameOf(id)).get()) as Readable;
    const gzip = createGzip({ level: 1 });
    archive.on('error', (error) => gzip.destroy(error));
    return writeDurably(archive.pipe(gzip), this.folder, () => path);
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

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
