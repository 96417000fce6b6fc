import { z } from 'zod';
import { UserError } from '../../../cookbooks/errors.js';

/** Annotated example of an ec2 flavor's params: schema, help text and docs at once. */
export const ec2ParamsExample = `# EC2 region (required)
region: us-west-2
# Instance type
instance_type: t3.small
# AMI id, or debian-12 for Debian's newest official image of the region
image: debian-12
# The network the controller comes from, in CIDR form (required): SSH is open to it alone
controller_cidr: 203.0.113.7/32
# Subnet of the nodes; without it the default VPC's default subnet
subnet: subnet-0123456789abcdef0
# VPC of the security groups; without it the default VPC
vpc: vpc-0123456789abcdef0
# Size of the encrypted gp3 root volume, GiB
volume_size: 20
`;

const cidr = z.string().regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, 'must be a network like 203.0.113.7/32');

const schema = z.strictObject({
  region: z.string({ error: 'is required, e.g. us-west-2' }).regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region like us-west-2'),
  instance_type: z.string().regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, 'must be an instance type like t3.small').default('t3.small'),
  image: z.string().regex(/^(ami-[0-9a-f]{8,17}|debian-12)$/, 'must be an AMI id or debian-12').default('debian-12'),
  controller_cidr: cidr,
  subnet: z.string().regex(/^subnet-[0-9a-f]+$/, 'must be a subnet id like subnet-0123456789abcdef0').optional(),
  vpc: z.string().regex(/^vpc-[0-9a-f]+$/, 'must be a VPC id like vpc-0123456789abcdef0').optional(),
  volume_size: z.number().int().min(8).max(16384).default(20),
});

export type Ec2Params = z.infer<typeof schema>;

/** Params with defaults. @throws UserError naming the field, its value and what to do. */
export function parseEc2Params(params: unknown): Ec2Params {
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = ['params', ...(issue?.path ?? [])].join('.');
  const value = issue?.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], params);
  throw new UserError(`${field} is ${JSON.stringify(value) ?? 'missing'}: ${issue?.message ?? 'invalid'}`, { field });
}
