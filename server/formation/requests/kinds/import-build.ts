import { z } from 'zod';
import { OperationKind } from '../../../operation/operation-kind.js';

const params = z.object({
  url: z.string(),
  /** Of the slug, hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Process type -> command. */
  procfile: z.record(z.string(), z.string()),
  /** The commit that it was built of, where that was said. */
  commit: z.string().nullable(),
});

/** A slug built elsewhere. */
export type ImportParams = z.infer<typeof params>;

/** Fetches a slug that was built elsewhere and makes its release live. */
export const importBuildKind = new OperationKind<ImportParams>({ name: 'import-build', params });
