import { z } from 'zod';

/** A comma list of words: spaces around them and empty places do not count. */
export const commaList = z.string().transform((text) =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean),
);
