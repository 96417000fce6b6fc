import { z } from 'zod';
import { UserError } from '../../../base/errors.js';
import { parseParams } from '../../parse-params.js';
import { ec2Region } from './account/ec2-region.js';
import { imageAliases } from './launch/image-aliases.js';

/** Annotated example of an ec2 flavor's params: schema, help text and docs at once. */
export const ec2ParamsExample = `# EC2 region (required)
region: us-west-2
# Instance type
instance_type: t3.small
# Types to try in this order when no zone has one of the first
fallback_types: [t3a.small]
# Processors: amd64 or arm64; without it what the instance type has. Node, stack image and slugs must have
# the same
architecture: amd64
# debian-12, debian-13, ubuntu-24.04 (the newest official image), an SSM parameter (ssm:/aws/service/...) or
# an AMI id
image: debian-12
# VPC of the nodes; without it the default VPC
vpc: vpc-0123456789abcdef0
# Subnets that the nodes of a layer are spread over; without it all of the default VPC's default subnets, or
# of the named VPC
subnets: [subnet-0123456789abcdef0, subnet-0fedcba9876543210]
# Where the controller's SSH goes: public, or private for a controller inside the VPC or behind a VPN
address: public
# Networks that SSH is open to; without it the setting DEIS_SSH_FROM, and without that the address that the
# controller is seen at
ssh_from: [203.0.113.7/32]
# Security groups of yours that nodes get beside the layer's own
security_groups: [sg-0123456789abcdef0]
# Fixed public addresses for the nodes of proxy layers
elastic_ip: false
# Name or ARN of an instance profile that nodes get; without it none
instance_profile: my-profile
# Size of the encrypted gp3 root volume, GiB
volume_size: 20
`;

const cidr = z
  .string('must be a network like 203.0.113.7/32')
  .refine(isNetwork, 'must be a network like 203.0.113.7/32');
const typePattern = /^[a-z0-9-]+\.[a-z0-9-]+$/;
const instanceType = z
  .string('must be an instance type like t3.small')
  .regex(typePattern, 'must be an instance type like t3.small');
const imageText = `must be ${Object.keys(imageAliases).join(', ')}, ssm:/PARAMETER or an AMI id`;

const schema = z.strictObject({
  region: ec2Region('is required, e.g. us-west-2'),
  instance_type: instanceType.default('t3.small'),
  fallback_types: z.array(instanceType).max(10).default([]),
  architecture: z.enum(['amd64', 'arm64'], 'must be amd64 or arm64').optional(),
  image: z
    .string(imageText)
    .refine(
      (text) => text in imageAliases || /^(ami-[0-9a-f]{8,17}|ssm:\/[A-Za-z0-9/._-]{1,500})$/.test(text),
      imageText,
    )
    .default('debian-12'),
  vpc: z
    .string()
    .regex(/^vpc-[0-9a-f]+$/, 'must be a VPC id like vpc-0123456789abcdef0')
    .optional(),
  subnets: z
    .array(z.string().regex(/^subnet-[0-9a-f]+$/, 'must be a subnet id like subnet-0123456789abcdef0'))
    .min(1, 'must name at least one subnet')
    .max(50)
    .optional(),
  address: z.enum(['public', 'private'], 'must be public or private').default('public'),
  ssh_from: z.array(cidr).min(1, 'must name at least one network').max(50).optional(),
  security_groups: z
    .array(z.string().regex(/^sg-[0-9a-f]+$/, 'must be a security group id like sg-0123456789abcdef0'))
    .max(4, 'must be at most 4: an interface takes 5 groups')
    .default([]),
  elastic_ip: z.boolean('must be true or false').default(false),
  instance_profile: z
    .string()
    .regex(/^(arn:[\w:/+=,.@-]+|[\w+=,.@-]{1,128})$/, 'must be the name or the ARN of an instance profile')
    .optional(),
  volume_size: z
    .int('must be GiB from 8 to 16384')
    .min(8, 'must be at least 8')
    .max(16384, 'must be at most 16384')
    .default(20),
});

export type Architecture = 'amd64' | 'arm64';
export type Ec2Params = z.infer<typeof schema> & { readonly architecture: Architecture };

/** Names of all params, for comparing with the example. */
export const ec2ParamNames: readonly string[] = Object.keys(schema.shape);

const placeSchema = z.object({ region: ec2Region().optional() });

/** The region that params name, if they name one. @throws UserError as parseEc2Params */
export function parseEc2Place(params: Readonly<Record<string, unknown>>): string | undefined {
  return parseParams(placeSchema, params).region;
}

/** Params with defaults. @throws UserError naming the field, its value and what to do. */
export function parseEc2Params(params: unknown): Ec2Params {
  const parsed = parseParams(schema, params);
  const architecture = parsed.architecture ?? architectureOf(parsed.instance_type);
  for (const [index, type] of [parsed.instance_type, ...parsed.fallback_types].entries()) {
    const field = index === 0 ? 'params.instance_type' : `params.fallback_types.${index - 1}`;
    if (architectureOf(type) !== architecture)
      throw new UserError(
        `${field} is "${type}": it has ${architectureOf(type)} processors, the flavor says ${architecture}`,
        { field },
      );
  }
  return { ...parsed, architecture };
}

/**
 * AWS writes a `g` behind the generation of types with its own (arm64) processors: t4g, c7gn, im4gn; a1 was
 * the first.
 */
export function architectureOf(instanceType: string): Architecture {
  return /^(a1|[a-z]+\d+[a-z]*g[a-z]*)[.-]/.test(instanceType) ? 'arm64' : 'amd64';
}

function isNetwork(text: string): boolean {
  const [, address = '', bits = ''] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(text) ?? [];
  return address !== '' && address.split('.').every((part) => Number(part) <= 255) && Number(bits) <= 32;
}
