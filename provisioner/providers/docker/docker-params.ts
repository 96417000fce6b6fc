import { z } from 'zod';
import { byteSize } from '../../../base/byte-size.js';
import { parseParams } from '../../parse-params.js';

/** Annotated example of a docker flavor's params: schema, help text and docs at once. */
export const dockerParamsExample = `\
# Memory of a node, swap included: 512m, 2g. Without it a node may use all of the host's
memory: 1g
# Processors of a node, fractions too. Without it a node may use all of the host's
cpus: 1.5
# Image of the nodes; without it the one that deis builds
image: deis/node:bookworm
`;

/** Less does not boot systemd, sshd and a Docker engine. */
const minMemory = 128 * 1024 ** 2;

const schema = z.strictObject({
  memory: z
    .string('must be a size like 512m or 2g')
    .regex(/^[1-9]\d{0,6}[mg]$/i, 'must be a size like 512m or 2g')
    .refine((text) => byteSize(text) >= minMemory, 'must be at least 128m')
    .optional(),
  cpus: z
    .number('must be a number of processors like 1.5')
    .min(0.05, 'must be at least 0.05')
    .max(1024)
    .optional(),
  image: z
    .string('must be the name of an image on this host')
    .regex(
      /^[a-z0-9][a-z0-9._/:@-]{0,254}$/,
      'must be the name of an image on this host, like deis/node:bookworm',
    )
    .optional(),
});

export type DockerParams = z.infer<typeof schema>;

/** The params of a flavor. @throws UserError naming the field, its value and what to do. */
export function parseDockerParams(params: unknown): DockerParams {
  return parseParams(schema, params);
}
