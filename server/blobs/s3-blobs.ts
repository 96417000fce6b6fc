import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { NotFound } from '../../base/errors.js';
import { checkKey, type Blob, type ByteRange, type LinkedBlobStore } from './blob-store.js';
import { writeDurably } from './durable-file.js';

export interface S3BlobsOptions {
  readonly client: S3Client;
  readonly bucket: string;
  /** Before every key; ends with a slash, or is empty. */
  readonly prefix: string;
  /** Folder of this host for what is being put: its key is known only when all has been read. */
  readonly spool: string;
}

/** So much is in memory of each upload, four times over at most. */
const partBytes = 8 * 1024 ** 2;
const partsAtOnce = 4;

/** Blobs as objects of an S3-compatible store. */
export class S3Blobs implements LinkedBlobStore {
  constructor(private readonly options: S3BlobsOptions) {}

  /** S3 checks each part against its sha256; an upload that fails is aborted, and the object shows when it is whole. */
  async put(source: Readable, key: () => string): Promise<void> {
    const { client, spool } = this.options;
    const file = join(spool, randomUUID());
    await writeDurably(source, spool, () => file);
    const body = createReadStream(file);
    try {
      await new Upload({
        client,
        params: { ...this.#place(key()), Body: body, ChecksumAlgorithm: 'SHA256' },
        partSize: partBytes,
        queueSize: partsAtOnce,
      }).done();
    } finally {
      body.destroy();
      await rm(file, { force: true });
    }
  }

  async get(key: string, range?: ByteRange): Promise<Readable> {
    const command = new GetObjectCommand({
      ...this.#place(key),
      ...(range === undefined ? {} : { Range: `bytes=${range.start}-${range.end ?? ''}` }),
    });
    const { Body } = await this.options.client
      .send(command)
      .catch((error: unknown) => toNotFound(key, error));
    return Body as Readable;
  }

  async stat(key: string): Promise<Blob | undefined> {
    const command = new HeadObjectCommand(this.#place(key));
    const found = await this.options.client.send(command).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    return found && { key, size: found.ContentLength ?? 0, usedAt: found.LastModified ?? new Date(0) };
  }

  /** An object's time changes when it is copied onto itself with its metadata replaced. */
  async touch(key: string): Promise<void> {
    const place = this.#place(key);
    const source = `${place.Bucket}/${place.Key}`.split('/').map(encodeURIComponent).join('/');
    const command = new CopyObjectCommand({ ...place, CopySource: source, MetadataDirective: 'REPLACE' });
    await this.options.client.send(command).catch((error: unknown) => toNotFound(key, error));
  }

  async *list(): AsyncIterable<Blob> {
    const { client, bucket, prefix } = this.options;
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }))
      for (const { Key = '', Size = 0, LastModified = new Date() } of page.Contents ?? [])
        yield { key: Key.slice(prefix.length), size: Size, usedAt: LastModified };
  }

  async remove(key: string): Promise<void> {
    await this.options.client.send(new DeleteObjectCommand(this.#place(key)));
  }

  url(key: string, lifetimeSeconds: number): Promise<string> {
    const command = new GetObjectCommand(this.#place(key));
    return getSignedUrl(this.options.client, command, { expiresIn: lifetimeSeconds });
  }

  #place(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.options.bucket, Key: this.options.prefix + checkKey(key) };
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && ['NotFound', 'NoSuchKey'].includes(error.name);
}

function toNotFound(key: string, error: unknown): never {
  if (isMissing(error)) throw new NotFound(`${key} is not in the store`, { cause: error });
  throw error;
}
