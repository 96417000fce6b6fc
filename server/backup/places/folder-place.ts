import { createReadStream, type Dirent } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { NotFound } from '../../../base/errors.js';
import { removeUnfinished, writeDurably } from '../../blobs/durable-file.js';
import { archivesOf, type BackupPlace, type StoredArchive, type StoredFile } from './backup-place.js';

/** A folder, of a disk that is not the controller's, one hopes. */
export class FolderPlace implements BackupPlace {
  constructor(readonly title: string) {}

  async list(): Promise<StoredArchive[]> {
    return archivesOf(await this.files());
  }

  async files(): Promise<StoredFile[]> {
    const found: StoredFile[] = [];
    for (const entry of await this.#entries()) {
      if (!entry.isFile() || entry.name.startsWith('.')) continue;
      const info = await stat(join(this.title, entry.name)).catch(() => undefined);
      if (info !== undefined) found.push({ name: entry.name, size: info.size });
    }
    return found;
  }

  async folders(): Promise<string[]> {
    return (await this.#entries()).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }

  within(folder: string): BackupPlace {
    return new FolderPlace(join(this.title, folder));
  }

  async put(name: string, source: Readable): Promise<void> {
    await removeUnfinished(this.title);
    await writeDurably(source, this.title, () => join(this.title, name));
  }

  async get(name: string): Promise<Readable> {
    const file = await open(join(this.title, name)).catch((cause: unknown) => {
      throw new NotFound(`${name} is not in ${this.title}: see deis-controller backup list`, { cause });
    });
    return createReadStream('', { fd: file });
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.title, name), { force: true });
  }

  async #entries(): Promise<Dirent[]> {
    return readdir(this.title, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
  }
}
