import { z } from 'zod';
import type { LaunchIntent } from '../../../provider.js';
import type { ResolvedImage } from './ec2-image.js';
import type { NodeSubnet } from '../network/ec2-network.js';

const schema = z.object({
  /** From 0: the how-manieth place and type. Each has a client token of its own. */
  attempt: z.int().min(0),
  type: z.string(),
  subnet: z.string(),
  zone: z.string(),
  /** The AMI that the flavor's image meant then: a repeated call must name the same. */
  image: z.string(),
  rootDevice: z.string(),
  /** AWS answered that it made nothing. */
  refused: z.boolean().optional(),
});

/** One RunInstances call, as it is written down before it is made. */
export type Ec2Intent = z.infer<typeof schema>;

/** What an earlier attempt wrote down; null for none, or none of ours. */
export function parseIntent(intent: LaunchIntent | null | undefined): Ec2Intent | null {
  const parsed = schema.safeParse(intent);
  return parsed.success ? parsed.data : null;
}

export interface LaunchChoices {
  readonly num: number;
  /** In order of preference. */
  readonly types: readonly string[];
  readonly subnets: readonly NodeSubnet[];
  readonly image: ResolvedImage;
}

/** How many attempts differ in place or type. */
export const choiceCount = ({ types, subnets }: LaunchChoices): number => types.length * subnets.length;

/**
 * The attempt's place and type: every subnet with the first type, beginning at the node's own, then with the
 * next type; then from the start.
 */
export function intentOf(choices: LaunchChoices, attempt: number): Ec2Intent {
  const { num, types, subnets, image } = choices;
  const nth = attempt % choiceCount(choices);
  const subnet = subnets[(num - 1 + nth) % subnets.length]!;
  return {
    attempt,
    type: types[Math.floor(nth / subnets.length)]!,
    subnet: subnet.id,
    zone: subnet.zone,
    image: image.imageId,
    rootDevice: image.rootDevice,
  };
}
