import { z } from 'zod';

/** A moment as people give it, in any zone. */
export const givenTime = z.iso.datetime({
  offset: true,
  error: 'is not a valid time: expected e.g. 2026-11-21T12:00:00Z',
});
