import { z } from 'zod';
import { s3Address, secret, url, yesOrNo } from '../setting-schemas.js';

/** The settings of a store in S3. */
export const storeDefinitions = {
  DEIS_STORE: {
    schema: s3Address.optional(),
    shown: 'the data directory',
    help: 's3://BUCKET/PREFIX where slugs, images and bundles of repositories are kept; nodes download from there',
  },
  DEIS_STORE_ENDPOINT: {
    schema: url.optional(),
    shown: "AWS's own",
    help: 'URL of the S3-compatible store, as the controller and the nodes reach it',
  },
  DEIS_STORE_REGION: {
    schema: z
      .string()
      .regex(/^[a-z0-9-]{1,32}$/, 'is not a valid region: expected e.g. eu-central-1')
      .optional(),
    shown: 'found as the AWS SDK finds it',
    help: 'its region',
  },
  DEIS_STORE_PATH_STYLE: {
    schema: yesOrNo.prefault('no'),
    help: 'yes: ENDPOINT/BUCKET/..., as stores of your own mostly want it; no: BUCKET.ENDPOINT/...',
  },
  DEIS_STORE_KEY_ID: {
    schema: z.string().optional(),
    shown: 'found as the AWS SDK finds it',
    help: 'access key id of the store',
  },
  DEIS_STORE_SECRET_KEY: {
    schema: secret.optional(),
    shown: 'found as the AWS SDK finds it',
    help: 'its secret key',
  },
};
