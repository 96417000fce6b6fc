import type { Readable } from 'node:stream';

/** What is known of a blob without reading it. */
export interface Blob {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Last written or touched. */
  readonly usedAt: Date;
}

/** First and last byte, both included; without an end, all from the first on. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number;
}

/**
 * Files that controllers share: slugs, packed runtimes, archives of images, bundles of repositories. A key is
 * one or two names, `<sha256>/app.tgz`. Whoever puts a blob names it by its content, so that two who put the
 * same key put the same bytes.
 */
export interface BlobStore {
  /**
   * Takes a stream in. The key is asked for when all has been read; the blob is there whole or not at all,
   * whatever happens. Rejects with what the stream failed with.
   */
  put(source: Readable, key: () => string): Promise<void>;
  /** The bytes. @throws NotFound */
  get(key: string, range?: ByteRange): Promise<Readable>;
  stat(key: string): Promise<Blob | undefined>;
  /** A sign of use: collectors leave alone what is young. @throws NotFound */
  touch(key: string): Promise<void>;
  /** Every blob, in no order; what is being written is none yet. */
  list(): AsyncIterable<Blob>;
  /** Safe to repeat. */
  remove(key: string): Promise<void>;
}

/** A store whose blobs nodes fetch from it alone. */
export interface LinkedBlobStore extends BlobStore {
  /** A URL that gives the blob to whoever has it, for so long; whether the blob is there is not looked at. */
  url(key: string, lifetimeSeconds: number): Promise<string>;
}

const keyPattern = /^[a-z0-9][a-z0-9._-]*(?:\/[a-z0-9][a-z0-9._-]*)?$/i;

/** The key itself. @throws for one that could name something outside of the store */
export function checkKey(key: string): string {
  if (!keyPattern.test(key)) throw new Error(`${key} is not a valid key: expected e.g. 0a1b/app.tgz`);
  return key;
}
