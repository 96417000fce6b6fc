import { createReadStream } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { NotFound } from '../../../base/errors.js';
import { removeUnfinished, writeDurably } from '../../blobs/durable-file.js';
import { parseArchiveName } from '../archive/archive-name.js';
import { byAge, type BackupPlace, type StoredArchive } from './backup-place.js';

/** A folder, of a disk that is not the controller's, one hopes. */
export class FolderPlace implements BackupPlace {
  constructor(readonly title: string) {}

  async list(): Promise<StoredArchive[]> {
    const names = await readdir(this.title).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const found: StoredArchive[] = [];
    for (const name of names) {
      const parsed = parseArchiveName(name);
      const info = parsed && (await stat(join(this.title, name)).catch(() => undefined));
      if (parsed && info) found.push({ ...parsed, size: info.size });
    }
    return byAge(found);
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
}
