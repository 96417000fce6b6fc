import type { Readable } from 'node:stream';
import { UserError } from '../../../base/errors.js';
import { measured } from '../../blobs/measured.js';
import {
  digestOfPart,
  isAsNamed,
  parseManifest,
  registrySchema,
  sections,
  storeSchema,
  type ArchivedImage,
  type ArchivedTable,
  type ArchiveManifest,
} from '../archive/archive-format.js';
import { readText, type ReadSection } from '../archive/unpack-archive.js';
import type { LoadedTable } from '../database/load-database.js';
import { digestsOf, imageTitle } from '../kept-images.js';
import type { OpenedArchive } from '../open-archive.js';
import type { Progress } from '../progress.js';

/** Where the parts of an archive go, in its order. Each reads its stream to the end. */
export interface ArchiveTarget {
  table(table: ArchivedTable, gzip: Readable): Promise<LoadedTable>;
  repository(formation: string, bundle: Readable): Promise<void>;
  /**
   * The key is asked for when all bytes were read. It throws where they are not those that it names, which is what this
   * then rejects with, keeping nothing of them.
   */
  blob(room: string, bytes: Readable, key: () => string): Promise<void>;
  /** A part of images of the registry, by its digest, `sha256:...`. */
  part(digest: string, bytes: Readable): Promise<void>;
  /** The images whose parts came before. */
  images(images: readonly ArchivedImage[]): Promise<void>;
  /** What a store in S3 held. */
  listed(
    blobs: readonly { readonly room: string; readonly key: string; readonly size: number }[],
  ): Promise<void>;
}

/** What an archive says of itself, and what was found. */
export interface PouredArchive extends ArchiveManifest {
  /** Files that were damaged when the backup was made, `slugs/KEY`: their bytes are not those that their names say. */
  readonly damaged: readonly string[];
}

interface Seen {
  readonly tables: Map<string, LoadedTable>;
  readonly files: Map<string, { size: number; sha256: string }>;
  readonly damaged: string[];
}

class DamagedFile extends Error {
  override readonly name = 'DamagedFile';
}

/**
 * Hands every part of an archive to the target, and compares what passed with the archive's manifest. A file that was
 * damaged before keeps nothing else from being restored.
 * @throws UserError for an archive that is cut off or lacks something
 */
export async function pourArchive(
  { head, rest }: Pick<OpenedArchive, 'head' | 'rest'>,
  target: ArchiveTarget,
  progress: Progress,
): Promise<PouredArchive> {
  const tables = new Map(head.tables.map((table) => [sections.table(table.name), table]));
  const seen: Seen = { tables: new Map(), files: new Map(), damaged: [] };
  let manifest: ArchiveManifest | undefined;
  for await (const section of rest) {
    const table = tables.get(section.name);
    if (section.name === sections.manifest) manifest = parseManifest(await readText(section));
    else if (table !== undefined) {
      seen.tables.set(table.name, await target.table(table, section.body));
      progress.wrote('database', 0);
    } else if (section.name === sections.store)
      await target.listed(storeSchema.parse(JSON.parse(await readText(section))).blobs);
    else if (section.name === sections.registry) await pourImages(section, target, seen);
    else await pourFile(section, target, seen, progress);
  }
  if (manifest === undefined) throw new UserError('this archive is cut off: it has no manifest');
  compare(manifest, seen);
  return { ...manifest, damaged: seen.damaged };
}

async function pourImages(section: ReadSection, target: ArchiveTarget, { files }: Seen): Promise<void> {
  const { images } = registrySchema.parse(JSON.parse(await readText(section)));
  for (const image of images) {
    const lacking = digestsOf(image).filter((digest) => !files.has(sections.part(digest)));
    if (lacking.length > 0)
      throw new UserError(`this archive lacks ${lacking.join(', ')} of the image ${imageTitle(image)}`);
  }
  await target.images(images);
}

async function pourFile(
  { name, body }: ReadSection,
  target: ArchiveTarget,
  seen: Seen,
  progress: Progress,
): Promise<void> {
  const [, room = '', key = ''] = /^([a-z]+)\/(.+)$/.exec(name) ?? [];
  const bytes = measured(body);
  let sum: string | undefined;
  const sha256 = (): string => (sum ??= bytes.sha256());
  const keyOnceRead = (): string => {
    if (!isAsNamed(key, sha256())) throw new DamagedFile(name);
    return key;
  };
  const formation = room === 'repositories' ? /^([a-z][a-z0-9-]*)\.bundle$/.exec(key)?.[1] : undefined;
  const digest = digestOfPart(name);
  if (formation !== undefined) await target.repository(formation, bytes.stream);
  else if (digest !== undefined) await target.part(digest, bytes.stream);
  else
    await target.blob(room, bytes.stream, keyOnceRead).catch((error: unknown) => {
      if (!(error instanceof DamagedFile)) throw error;
      seen.damaged.push(name);
    });
  seen.files.set(name, { size: bytes.size(), sha256: sha256() });
  progress.wrote(room, bytes.size());
}

function compare(manifest: ArchiveManifest, seen: Seen): void {
  const problems = [
    ...differences('table', manifest.tables, seen.tables, ({ rows, sha256 }) => `${rows} rows, ${sha256}`),
    ...differences('file', manifest.files, seen.files, ({ size, sha256 }) => `${size} bytes, ${sha256}`),
  ];
  if (problems.length > 0)
    throw new UserError(['this archive is not what its manifest says:', ...problems].join('\n  '));
}

/** What is there once, or otherwise; nothing when both are the same. */
export function differences<T>(
  what: string,
  expected: Readonly<Record<string, T>>,
  seen: ReadonlyMap<string, T>,
  show: (value: T) => string,
): string[] {
  const names = new Set([...Object.keys(expected), ...seen.keys()]);
  return [...names].flatMap((name) => {
    const [wanted, found] = [expected[name], seen.get(name)];
    const texts = [wanted, found].map((value) => (value === undefined ? 'missing' : show(value)));
    return texts[0] === texts[1] ? [] : [`${what} ${name}: ${texts[0]} in the manifest, ${texts[1]} here`];
  });
}
