import { HeadBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { messageOf, UserError } from '../../base/errors.js';
import { S3Blobs } from './s3-blobs.js';
import { s3Client, type S3Place } from './s3-client.js';
import { spoolFolder } from './spool-folder.js';

/** The same with a room for the bundles of repositories, which hosts have no shared folder for. */
export interface S3Stores {
  readonly kind: 's3';
  readonly slugs: S3Blobs;
  readonly images: S3Blobs;
  readonly bundles: S3Blobs;
  /** @throws UserError when the bucket does not answer to these credentials */
  check(): Promise<void>;
}
/** The store of the settings. Nothing is asked of it yet. */
export function s3Stores(dataDir: string, place: S3Place): S3Stores {
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
