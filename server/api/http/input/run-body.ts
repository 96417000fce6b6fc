import { z } from 'zod';

const name = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'is not a valid name of an environment variable: expected letters, digits and _, not a digit first, e.g. LOG_LEVEL',
  )
  .max(255);

/** What to run. */
export const runBody = z.strictObject({
  command: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(64 * 1024),
  env: z
    .record(
      name,
      z
        .string()
        .max(64 * 1024)
        .refine((text) => !text.includes('\0'), 'must not contain NUL'),
    )
    .optional()
    .describe("Wins over the app's config."),
});
