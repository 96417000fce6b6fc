import { z } from 'zod';
import { UserError } from '../../../../base/errors.js';
import { Secret } from '../../../../base/secret.js';
import { ec2Region } from './ec2-region.js';

export interface Ec2Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
}

export interface Ec2Account {
  /** `none`: not given yet. `controller`: the default chain of the controller's machine. */
  readonly source: 'none' | 'keys' | 'controller';
  /** Null unless `source` is `keys`. */
  readonly keys: Ec2Credentials | null;
  /** The one region that it may be used in; undefined for any. */
  readonly region: string | undefined;
  /** AWS account id that the credentials were of when they were given. */
  readonly account: string | undefined;
}

/** Annotated example of an ec2 provider's credentials. */
export const ec2CredsExample = `# Access key of an IAM user that may do what docs/ec2.md lists
access_key_id: AKIAIOSFODNN7EXAMPLE
secret_access_key: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
# Instead of keys: what the controller's own machine has (its IAM role, its environment); for admins
# source: controller
# The one region to use it in; without it any that a flavor names
region: us-west-2
`;

/** AWS's own are 40 characters long. */
const maxSecretKey = 256;

const schema = z
  .strictObject({
    region: ec2Region('must name a region like us-west-2').optional(),
    access_key_id: z
      .string('must be text')
      .regex(/^[A-Z0-9]{16,128}$/, 'must be an access key id')
      .optional(),
    secret_access_key: z
      .string('must be text')
      .min(1, 'must be a secret access key')
      .max(maxSecretKey, 'must be a secret access key')
      .optional(),
    source: z.literal('controller', 'can only be controller').optional(),
    account: z
      .string('must be text')
      .regex(/^\d{12}$/, 'must be an account id of 12 digits')
      .optional(),
  })
  .refine((creds) => (creds.access_key_id === undefined) === (creds.secret_access_key === undefined), {
    message: 'give access_key_id and secret_access_key, both',
    path: ['access_key_id'],
  })
  .refine((creds) => creds.source === undefined || creds.access_key_id === undefined, {
    message: 'give keys or source, not both',
    path: ['source'],
  });

const noSuchCredential =
  'there is no such credential; there are access_key_id, secret_access_key, source, region and account';

/** @throws UserError naming the credential that is missing or wrong, never its value */
export function parseEc2Credentials(creds: Readonly<Record<string, unknown>>): Ec2Account {
  const parsed = schema.safeParse(creds);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : undefined;
    const field = ['creds', ...(unknown ?? issue?.path ?? [])].join('.');
    const reason = unknown === undefined ? (issue?.message ?? 'invalid') : noSuchCredential;
    throw new UserError(`${field}: ${reason}`, { field });
  }
  const {
    access_key_id: accessKeyId,
    secret_access_key: secret,
    source,
    region: only,
    account,
  } = parsed.data;
  const keys =
    accessKeyId === undefined || secret === undefined
      ? null
      : { accessKeyId, secretAccessKey: new Secret(secret) };
  return { source: source ?? (keys === null ? 'none' : 'keys'), keys, region: only, account };
}
