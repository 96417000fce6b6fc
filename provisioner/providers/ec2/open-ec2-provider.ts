import { z } from 'zod';
import { UserError } from '../../../cookbooks/errors.js';
import { Secret } from '../../../cookbooks/secret.js';
import { Ec2Provider } from './ec2-provider.js';

const schema = z
  .strictObject({
    region: z.string('must name a region like us-west-2').regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region like us-west-2'),
    access_key_id: z.string('must be text').min(16, 'must be an access key id').optional(),
    secret_access_key: z.string('must be text').min(1, 'must be a secret access key').optional(),
  })
  .refine((creds) => (creds.access_key_id === undefined) === (creds.secret_access_key === undefined), { message: 'give access_key_id and secret_access_key, or neither to use the controller\'s own AWS credentials' });

/** @throws UserError naming the credential that is missing or wrong, never its value */
export function openEc2Provider(instance: string, creds: Readonly<Record<string, unknown>>): Ec2Provider {
  const parsed = schema.safeParse(creds);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = ['creds', ...(issue?.path ?? [])].join('.');
    throw new UserError(`${field}: ${issue?.message ?? 'invalid'}`, { field });
  }
  const { region, access_key_id: accessKeyId, secret_access_key: secret } = parsed.data;
  const credentials = accessKeyId === undefined || secret === undefined ? null : { accessKeyId, secretAccessKey: new Secret(secret) };
  return new Ec2Provider({ instance, region, credentials });
}
