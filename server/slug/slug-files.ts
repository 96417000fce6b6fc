import type { Readable } from 'node:stream';
import { UserError } from '../../base/errors.js';
import type { BlobStore } from '../blobs/blob-store.js';
import { measured } from '../blobs/measured.js';

export interface SavedSlug {
  /** Its key in the store: `<sha256>/<formation>.tgz`. */
  readonly path: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** Slugs in the store, named by their content. */
export class SlugFiles {
  constructor(private readonly blobs: BlobStore) {}

  /**
   * Takes a slug in. @throws UserError when it is larger than `maxBytes`, or has another sha256 than the one
   * expected: nothing is kept then
   */
  async save(source: Readable, formation: string, maxBytes: number, expected?: string): Promise<SavedSlug> {
    const slug = measured(source, (size) => (size > maxBytes ? tooLarge(maxBytes) : undefined));
    let sha256 = '';
    await this.blobs.put(slug.stream, () => {
      sha256 = slug.sha256();
      if (expected !== undefined && expected !== sha256)
        throw new UserError(`the slug has the sha256 ${sha256}, not ${expected}`, { field: 'sha256' });
      return `${sha256}/${formation}.tgz`;
    });
    return { path: `${sha256}/${formation}.tgz`, sha256, size: slug.size() };
  }

  /** A sign of use: the collector leaves alone what is young. @throws NotFound when it is there no more */
  touch(path: string): Promise<void> {
    return this.blobs.touch(path);
  }

  /** Removes every slug of a formation; another may have built the same bytes. Safe to repeat. */
  async removeOf(formation: string): Promise<void> {
    for await (const { key } of this.blobs.list())
      if (/^[0-9a-f]{64}\/(.+)\.tgz$/.exec(key)?.[1] === formation) await this.blobs.remove(key);
  }
}

function tooLarge(maxBytes: number): UserError {
  return new UserError(
    `the slug is larger than ${Math.floor(maxBytes / 1024 ** 2)} MB: list what the app does ` +
      'not need in .slugignore',
  );
}
