import { z } from 'zod';

/** The longest name of a region is 14 characters long (ap-southeast-1). */
const maxRegion = 32;
const what = 'must be a region like us-west-2';

/** The form of a region's name, for credentials and params. Which regions there are AWS alone knows. */
export function ec2Region(missing: string = what): z.ZodString {
  return z
    .string(missing)
    .max(maxRegion, what)
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, what);
}
