import { z } from 'zod';
import { UserError } from '../../../base/errors.js';

/**
 * An archive is a tar within an age file. Its entries are pieces of sections, `SECTION#NUMBER`, of at most
 * `pieceBytes`: what is read from a database or a git has no size beforehand. The order of sections:
 * `head.json`, `master.key` when asked for, `database/TABLE.copy.gz` of each table, `repositories/NAME.bundle`,
 * `slugs/KEY` and `images/KEY` or `store.json`, `buildpacks/NAME`, where builds name images of the registry its parts
 * `registry/HEX` and `registry.json`, `manifest.json`.
 * What the database names is read after the database, so that no release names a slug that is missing.
 */
export const formatVersion = 2;
/** Of an archive without images of the registry, which the releases before read as well. */
export const formatWithoutImages = 1;
export const pieceBytes = 8 * 1024 ** 2;
/** Of head and manifest, which are read whole. */
export const maxTextBytes = 64 * 1024 ** 2;

export const sections = {
  head: 'head.json',
  masterKey: 'master.key',
  store: 'store.json',
  registry: 'registry.json',
  manifest: 'manifest.json',
  table: (name: string): string => `database/${name}.copy.gz`,
  repository: (name: string): string => `repositories/${name}.bundle`,
  blob: (room: string, key: string): string => `${room}/${key}`,
  part: (digest: string): string => `registry/${digest.slice('sha256:'.length)}`,
} as const;

const name = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/);

/** What is known when an archive is begun. */
export const headSchema = z.object({
  format: z.int(),
  version: z.string(),
  createdAt: z.iso.datetime(),
  instance: z.string().regex(/^[0-9a-f]{8}$/),
  /** Of the schema, in their order. */
  migrations: z.array(z.string()),
  tables: z.array(z.object({ name, columns: z.array(name) })),
  /** `s3://BUCKET/PREFIX` that holds the slugs; null: they are inside. */
  store: z.string().nullable(),
  /** Id of the master key that seals, hexadecimal, and a sealed value to try a key with. */
  masterKey: z.object({ id: z.string(), check: z.base64(), inside: z.boolean() }),
});
export type ArchiveHead = z.infer<typeof headSchema>;
export type ArchivedTable = ArchiveHead['tables'][number];

/** What was read when an archive is whole. */
export const manifestSchema = z.object({
  /** Rows, and sha256 of the COPY text, by table. */
  tables: z.record(z.string(), z.object({ rows: z.int(), sha256: z.string() })),
  /** Next values of identity columns: `table.column`. */
  sequences: z.record(z.string(), z.int()),
  /** Size and sha256 of every other section. */
  files: z.record(z.string(), z.object({ size: z.int(), sha256: z.string() })),
  /** Slugs that builds name and that the store lacked, or had with other bytes. */
  missing: z.array(z.string()),
  /** Images that builds name and that the registry had not whole: `FORMATION@sha256:...`. */
  missingImages: z.array(z.string()).default([]),
});
export type ArchiveManifest = z.infer<typeof manifestSchema>;

/** What a store in S3 holds, of which the archive keeps the list alone. */
export const storeSchema = z.object({
  blobs: z.array(z.object({ room: z.string(), key: z.string(), size: z.int() })),
});

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** Images of which every part is in the archive. */
export const registrySchema = z.object({
  images: z.array(
    z.object({
      formation: z.string().regex(/^[a-z][a-z0-9-]*$/),
      id: digest,
      manifest: digest,
      parts: z.array(digest),
    }),
  ),
});
export type ArchivedImage = z.infer<typeof registrySchema>['images'][number];

/** `sha256:...`; undefined for a section that is no part of an image. */
export function digestOfPart(section: string): string | undefined {
  const hex = /^registry\/([0-9a-f]{64})$/.exec(section)?.[1];
  return hex && `sha256:${hex}`;
}

/** Whether a blob has the bytes that its key says: `<sha256>/app.tgz`. Other keys say nothing. */
export function isAsNamed(key: string, sha256: string): boolean {
  const named = /^([0-9a-f]{64})\//.exec(key)?.[1];
  return named === undefined || named === sha256;
}

/** @param known migrations of this program @throws UserError for an archive that this program cannot read */
export function parseHead(text: string, known: readonly string[]): ArchiveHead {
  const json = parseJson(text, 'head');
  const { format, version } = z.object({ format: z.int(), version: z.string() }).parse(json);
  if (format > formatVersion)
    throw new UserError(
      `this archive has format ${format}, made by Deis Classic ${version}, and this version reads up to ` +
        `${formatVersion}: use that version or a newer one`,
    );
  const head = headSchema.parse(json);
  const unknown = head.migrations.filter((migration) => !known.includes(migration));
  if (unknown.length > 0)
    throw new UserError(
      `this archive's database is newer (${unknown.at(-1)}), made by Deis Classic ${head.version}: ` +
        'use that version or a newer one',
    );
  return head;
}

/** @throws UserError for what is no manifest */
export function parseManifest(text: string): ArchiveManifest {
  return manifestSchema.parse(parseJson(text, 'manifest'));
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError(`this archive's ${what} cannot be read`, { cause });
  }
}
