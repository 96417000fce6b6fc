import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { join } from 'node:path';
import { messageOf, UserError } from '../../base/errors.js';
import type { Secret } from '../../base/secret.js';
import type { BlobStore } from './blob-store.js';
import { FileBlobs } from './file-blobs.js';
import { S3Blobs } from './s3-blobs.js';

/** Where an S3-compatible store is, and how to speak to it. */
export interface S3Place {
  readonly bucket: string;
  /** Without slashes around it; empty for the bucket's root. */
  readonly prefix: string;
  /** AWS's own where it is undefined; nodes use the same. */
  readonly endpoint: string | undefined;
  /** The AWS SDK finds it where it is undefined: environment, profile, instance. */
  readonly region: string | undefined;
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`. */
  readonly pathStyle: boolean;
  /** Undefined: the AWS SDK finds credentials. */
  readonly keys: { readonly id: string; readonly secret: Secret } | undefined;
}

/** The store, by what is in it. */
export interface FileStores {
  readonly kind: 'files';
  readonly slugs: FileBlobs;
  readonly images: FileBlobs;
}

/** The same with a room for the bundles of repositories, which hosts have no shared folder for. */
export interface S3Stores {
  readonly kind: 's3';
  readonly slugs: S3Blobs;
  readonly images: S3Blobs;
  readonly bundles: S3Blobs;
  /** @throws UserError when the bucket does not answer to these credentials */
  check(): Promise<void>;
}
export type BlobStores = FileStores | S3Stores;

const attempts = 5;
const connectMs = 10_000;
/** Without a byte. */
const silenceMs = 60_000;

/** The store of the settings. Nothing is asked of it yet. */
export function blobStores(dataDir: string, place: S3Place | undefined): BlobStores {
  if (place === undefined)
    return {
      kind: 'files',
      slugs: new FileBlobs(join(dataDir, 'slugs')),
      images: new FileBlobs(join(dataDir, 'images')),
    };
  const client = s3Client(place);
  const root = place.prefix === '' ? '' : `${place.prefix}/`;
  const room = (name: string): S3Blobs =>
    new S3Blobs({ client, bucket: place.bucket, prefix: `${root}${name}/`, spool: spoolFolder(dataDir) });
  return {
    kind: 's3',
    slugs: room('slugs'),
    images: room('images'),
    bundles: room('bundles'),
    check: () => checkBucket(client, place),
  };
}

/** Every room of a store. */
export function roomsOf(stores: BlobStores): Record<string, BlobStore> {
  const { slugs, images } = stores;
  return stores.kind === 's3' ? { slugs, images, bundles: stores.bundles } : { slugs, images };
}

/** Where files wait for their upload. */
export const spoolFolder = (dataDir: string): string => join(dataDir, 'uploads');

/** Asks again when the store is busy; every wait has an end. */
export function s3Client({
  endpoint,
  region,
  pathStyle,
  keys,
}: Omit<S3Place, 'bucket' | 'prefix'>): S3Client {
  return new S3Client({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(keys === undefined
      ? {}
      : { credentials: { accessKeyId: keys.id, secretAccessKey: keys.secret.reveal() } }),
    forcePathStyle: pathStyle,
    maxAttempts: attempts,
    // Who reads a blob checks it against the sha256 it is named by; stores differ in what they say of parts.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: connectMs, requestTimeout: silenceMs },
  });
}

async function checkBucket(client: S3Client, { bucket, endpoint }: S3Place): Promise<void> {
  await client.send(new HeadBucketCommand({ Bucket: bucket })).catch((cause: unknown) => {
    const name = cause instanceof Error && cause.name !== 'Unknown' ? `${cause.name}: ` : '';
    throw new UserError(
      `the store s3://${bucket} at ${endpoint ?? 'AWS'} does not answer as it should: ${name}${messageOf(cause)}; ` +
        'check DEIS_STORE and the settings that begin with it',
      { cause, field: 'DEIS_STORE' },
    );
  });
}
