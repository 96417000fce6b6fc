import { S3Client } from '@aws-sdk/client-s3';
import type { Secret } from '../../base/secret.js';

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

const attempts = 5;
const connectMs = 10_000;
/** Without a byte. */
const silenceMs = 60_000;

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
