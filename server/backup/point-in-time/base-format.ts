import { z } from 'zod';
import { UserError } from '../../../base/errors.js';
import { Secret } from '../../../base/secret.js';

/**
 * A base backup is a tar like an archive, compressed, within an age file: `head.json`, `cluster/PATH` of each file of
 * the cluster, `manifest.json`.
 */
export const baseFormat = 1;
export const clusterPrefix = 'cluster/';
export const baseSections = { head: 'head.json', manifest: 'manifest.json' } as const;

const secret = z.string().transform((text) => new Secret(text));
const relative = z.string().regex(/^(?!.*(?:^|\/)\.\.(?:\/|$))[^/].*$/, 'leads out of the cluster');

const headSchema = z.object({
  format: z.int(),
  version: z.string(),
  createdAt: z.iso.datetime(),
  instance: z.string().regex(/^[0-9a-f]{8}$/),
  system: z.string().regex(/^\d+$/),
  /** Of PostgreSQL. */
  major: z.int(),
  /** Migrations that had run. */
  migrations: z.array(z.string()),
  /** Of the cluster, relative to it, parents first. */
  folders: z.array(relative),
  /** Of the cluster's superuser. */
  password: secret,
  /** Opens the log where that is sealed under a passphrase: one whose key is this, for all segments. */
  logIdentity: secret.nullable(),
  masterKey: z.object({ id: z.string(), check: z.base64(), inside: z.literal(false) }),
});
export type BaseHead = z.output<typeof headSchema>;

const manifestSchema = z.object({
  files: z.record(z.string(), z.object({ size: z.int(), sha256: z.string() })),
});
export type BaseManifest = z.output<typeof manifestSchema>;

/** @throws UserError for what this program cannot restore */
export function parseBaseHead(text: string, known: readonly string[], major: number): BaseHead {
  const parsed = headSchema.safeParse(parseJson(text));
  if (!parsed.success)
    throw new UserError('this base backup cannot be read: its head is not as it should be');
  const head = parsed.data;
  const unknown = head.migrations.filter((migration) => !known.includes(migration));
  if (head.format > baseFormat || unknown.length > 0)
    throw new UserError(
      `this base backup was made by Deis Classic ${head.version}, which is newer: use that version or a newer one`,
    );
  if (head.major !== major)
    throw new UserError(
      `this base backup is of PostgreSQL ${head.major}, and this version brings PostgreSQL ${major}: restore it with ` +
        `Deis Classic ${head.version}, or restore an archive`,
    );
  return head;
}

/** @throws UserError */
export function parseBaseManifest(text: string): BaseManifest {
  const parsed = manifestSchema.safeParse(parseJson(text));
  if (!parsed.success) throw new UserError('the manifest of this base backup cannot be read');
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
