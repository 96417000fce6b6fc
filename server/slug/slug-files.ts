import { createHash } from 'node:crypto';
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { UserError } from '../../base/errors.js';
import { writeDurably } from './durable-file.js';

export interface SavedSlug {
  /** Below the slug server's root: `<sha256>/<formation>.tgz`. */
  readonly path: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** Slugs on disk, named by their content: `<folder>/<sha256>/<formation>.tgz`. */
export class SlugFiles {
  constructor(readonly folder: string) {}

  /** Takes a slug in. @throws UserError when it is larger than `maxBytes`. */
  async save(source: Readable, formation: string, maxBytes: number): Promise<SavedSlug> {
    const hash = createHash('sha256');
    let size = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        size += chunk.length;
        hash.update(chunk);
        if (size > maxBytes)
          done(
            new UserError(
              `the slug is larger than ${Math.floor(maxBytes / 1024 ** 2)} MB: list what the app does ` +
                'not need in .slugignore',
            ),
          );
        else done(null, chunk);
      },
    });
    let sha256 = '';
    source.on('error', (error) => measure.destroy(error));
    measure.on('error', () => source.destroy());
    await writeDurably(source.pipe(measure), this.folder, () => {
      sha256 = hash.digest('hex');
      return join(this.folder, sha256, `${formation}.tgz`);
    });
    return { path: `${sha256}/${formation}.tgz`, sha256, size };
  }

  /** Removes every slug of a formation. Safe to repeat. */
  async removeOf(formation: string): Promise<void> {
    const folders = await readdir(this.folder).catch(() => []);
    for (const sha256 of folders.filter((name) => /^[0-9a-f]{64}$/.test(name))) {
      await rm(join(this.folder, sha256, `${formation}.tgz`), { force: true });
      // Another formation may have built the same bytes.
      await rmdir(join(this.folder, sha256)).catch(() => undefined);
    }
  }
}
