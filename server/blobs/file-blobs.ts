import { createReadStream } from 'node:fs';
import { open, readdir, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { NotFound } from '../../base/errors.js';
import { checkKey, type Blob, type BlobStore, type ByteRange } from './blob-store.js';
import { writeDurably } from './durable-file.js';

/** Blobs in a folder of this host, or of a file system that controllers share. */
export class FileBlobs implements BlobStore {
  constructor(
    readonly folder: string,
    private readonly now: () => Date = () => new Date(),
  ) {}

  async put(source: Readable, key: () => string): Promise<void> {
    await writeDurably(source, this.folder, () => this.pathOf(key()));
  }

  async get(key: string, range?: ByteRange): Promise<Readable> {
    const file = await open(this.pathOf(key)).catch((error: unknown) => toNotFound(key, error));
    return createReadStream('', { fd: file, ...range });
  }

  async stat(key: string): Promise<Blob | undefined> {
    const info = await stat(this.pathOf(key)).catch(() => undefined);
    return info?.isFile() === true ? { key, size: info.size, usedAt: info.mtime } : undefined;
  }

  async touch(key: string): Promise<void> {
    const time = this.now();
    await utimes(this.pathOf(key), time, time).catch((error: unknown) => toNotFound(key, error));
  }

  async *list(): AsyncIterable<Blob> {
    for (const entry of await readdir(this.folder, { withFileTypes: true }).catch(() => [])) {
      if (entry.name.startsWith('.')) continue;
      const keys = entry.isDirectory()
        ? (await readdir(join(this.folder, entry.name)).catch(() => [])).map(
            (name) => `${entry.name}/${name}`,
          )
        : [entry.name];
      for (const key of keys) {
        const blob = await this.stat(key);
        if (blob !== undefined) yield blob;
      }
    }
  }

  /** Another blob may be in the same folder, which stays then. */
  async remove(key: string): Promise<void> {
    const path = this.pathOf(key);
    await rm(path, { force: true });
    if (key.includes('/')) await rmdir(dirname(path)).catch(() => undefined);
  }

  /** Where a blob is, or would be. */
  pathOf(key: string): string {
    return join(this.folder, checkKey(key));
  }
}

function toNotFound(key: string, error: unknown): never {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT')
    throw new NotFound(`${key} is not in the store`, { cause: error });
  throw error;
}
