import type { Readable } from 'node:stream';
import type { ListObjectsV2CommandOutput, S3Client } from '@aws-sdk/client-s3';
import { NotFound } from '../../../base/errors.js';
import { archivesOf, type BackupPlace, type StoredArchive, type StoredFile } from './backup-place.js';

/** S3 takes 10,000 parts: an archive has at most 320 GB. Two of them are in memory. */
const partBytes = 32 * 1024 ** 2;
const partsAtOnce = 2;

/** Loaded when something is asked of the store: most controllers have none. */
const sdk = () => import('@aws-sdk/client-s3');

/** Objects of an S3-compatible store. An upload shows when it is whole; one that fails is aborted. */
export class S3BackupPlace implements BackupPlace {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
    /** Ends with a slash, or is empty. */
    private readonly prefix: string,
  ) {}

  get title(): string {
    return `s3://${this.bucket}/${this.prefix}`.replace(/\/$/, '');
  }

  async list(): Promise<StoredArchive[]> {
    return archivesOf(await this.files());
  }

  async files(): Promise<StoredFile[]> {
    const found: StoredFile[] = [];
    for await (const page of this.#pages())
      for (const { Key = '', Size = 0 } of page.Contents ?? [])
        if (Key !== this.prefix) found.push({ name: Key.slice(this.prefix.length), size: Size });
    return found;
  }

  async folders(): Promise<string[]> {
    const found: string[] = [];
    for await (const page of this.#pages())
      for (const { Prefix = '' } of page.CommonPrefixes ?? [])
        found.push(Prefix.slice(this.prefix.length, -1));
    return found;
  }

  within(folder: string): BackupPlace {
    return new S3BackupPlace(this.client, this.bucket, `${this.prefix}${folder}/`);
  }

  async put(name: string, source: Readable): Promise<void> {
    const { Upload } = await import('@aws-sdk/lib-storage');
    const params = { ...this.#object(name), Body: source, ChecksumAlgorithm: 'SHA256' as const };
    const upload = new Upload({ client: this.client, params, partSize: partBytes, queueSize: partsAtOnce });
    await upload.done();
  }

  async get(name: string): Promise<Readable> {
    const { GetObjectCommand } = await sdk();
    const found = await this.client.send(new GetObjectCommand(this.#object(name))).catch((cause: unknown) => {
      if (cause instanceof Error && ['NotFound', 'NoSuchKey'].includes(cause.name))
        throw new NotFound(`${name} is not in ${this.title}: see deis-controller backup list`, { cause });
      throw cause;
    });
    return found.Body as Readable;
  }

  async remove(name: string): Promise<void> {
    const { DeleteObjectCommand } = await sdk();
    await this.client.send(new DeleteObjectCommand(this.#object(name)));
  }

  /** What lies in folders is named by the folder alone. */
  async *#pages(): AsyncGenerator<ListObjectsV2CommandOutput> {
    const input = { Bucket: this.bucket, Prefix: this.prefix, Delimiter: '/' };
    const { paginateListObjectsV2 } = await sdk();
    yield* paginateListObjectsV2({ client: this.client }, input);
  }

  #object(name: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.bucket, Key: this.prefix + name };
  }
}
