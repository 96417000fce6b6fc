import { createReadStream } from 'node:fs';
import { open, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { writeDurably } from '../blobs/durable-file.js';
import { measured } from '../blobs/measured.js';
import { manifestParts, maxTextBytes, partPath } from './image-layout.js';

/** Where the registry keeps images, below the data directory. */
export const registryFolder = (dataDir: string): string => join(dataDir, 'registry');

/** Where its repositories are, below its folder. */
export const repositoriesIn = (folder: string): string => join(folder, 'docker/registry/v2/repositories');

/** What a build knows of an image. */
export interface ImageName {
  /** The repository is called so. */
  readonly formation: string;
  /** `sha256:...`, as Docker has it; the image's tag is its digits. */
  readonly id: string;
}

/** What an image is made of: digests, `sha256:...`. */
export interface StoredImage extends ImageName {
  readonly manifest: string;
  /** Its settings and layers, each once. */
  readonly parts: readonly string[];
}

const isFormation = /^[a-z][a-z0-9-]*$/;
const isDigest = /^sha256:[0-9a-f]{64}$/;

/**
 * The files of docker-registry: each part of images once, by its digest, and for each repository links that name the
 * digests. What is read may be in use; what is written is for a registry that is not running.
 */
export class RegistryStorage {
  constructor(private readonly folder: string) {}

  /** Undefined when it is not there. Whether its parts are is not looked at. */
  async image({ formation, id }: ImageName): Promise<StoredImage | undefined> {
    if (!isFormation.test(formation) || !isDigest.test(id)) return undefined;
    const manifest = await textOf(join(this.#tag({ formation, id }), 'current/link'));
    if (manifest === undefined || !isDigest.test(manifest)) return undefined;
    const text = await textOf(partPath(this.folder, { digest: manifest }));
    const parts = text === undefined ? undefined : digestsIn(text);
    return parts && { formation, id, manifest, parts };
  }

  /** Whether an image is there with all its parts. */
  async has(name: ImageName): Promise<boolean> {
    const image = await this.image(name);
    if (image === undefined) return false;
    for (const digest of image.parts) if (!(await isFile(partPath(this.folder, { digest })))) return false;
    return true;
  }

  /** A sign of use: the collector leaves alone what is young. Nothing where the image is not there. */
  async touch(name: ImageName): Promise<void> {
    if (!isFormation.test(name.formation) || !isDigest.test(name.id)) return;
    const time = new Date();
    await utimes(join(this.#tag(name), 'current/link'), time, time).catch(unlessMissing);
  }

  /** The bytes of a part; undefined when it is not there. */
  async part(digest: string): Promise<Readable | undefined> {
    const file = await open(partPath(this.folder, { digest })).catch(unlessMissing);
    return file && createReadStream('', { fd: file });
  }

  /**
   * Takes a part in: it is there whole or not at all. Resolves to false, and leaves nothing, where the bytes are not
   * what the digest says: the registry would take them for the part whenever somebody sends that again.
   */
  async putPart(digest: string, bytes: Readable): Promise<boolean> {
    const read = measured(bytes);
    let isOther = false;
    const target = (): string => {
      isOther = `sha256:${read.sha256()}` !== digest;
      if (isOther) throw new Error(`these bytes are not those of ${digest}`);
      return partPath(this.folder, { digest });
    };
    await writeDurably(read.stream, this.folder, target).catch((error: unknown) => {
      if (!isOther) throw error;
    });
    return !isOther;
  }

  /** Names an image in its repository, as the registry does when it takes one. Its parts are there. Safe to repeat. */
  async link(image: StoredImage): Promise<void> {
    const { formation, manifest, parts } = image;
    const repository = join(repositoriesIn(this.folder), formation);
    for (const digest of parts) await this.#link(join(repository, '_layers/sha256', digits(digest)), digest);
    await this.#link(join(repository, '_manifests/revisions/sha256', digits(manifest)), manifest);
    await this.#link(join(this.#tag(image), 'index/sha256', digits(manifest)), manifest);
    await this.#link(join(this.#tag(image), 'current'), manifest);
  }

  async #link(place: string, digest: string): Promise<void> {
    const path = join(place, 'link');
    if (!(await isFile(path))) await writeDurably(Readable.from([digest]), this.folder, () => path);
  }

  #tag({ formation, id }: ImageName): string {
    return join(repositoriesIn(this.folder), formation, '_manifests/tags', digits(id));
  }
}

const digits = (digest: string): string => digest.slice('sha256:'.length);

function digestsIn(manifest: string): string[] | undefined {
  try {
    return [...new Set(manifestParts(manifest).map(({ digest }) => digest))];
  } catch {
    return undefined;
  }
}

/** Of a file that is small; undefined where there is none, or one that is not. */
async function textOf(path: string): Promise<string | undefined> {
  const info = await stat(path).catch(unlessMissing);
  if (info === undefined || info.size > maxTextBytes) return undefined;
  return (await readFile(path, 'utf8').catch(unlessMissing))?.trim();
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(unlessMissing))?.isFile() === true;
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
