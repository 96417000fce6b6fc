import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UserError } from '../../../base/errors.js';
import { measured } from '../../blobs/measured.js';
import { openStream, type OpenWith } from '../archive/envelope.js';
import { readText, unpackArchive, type ReadSection } from '../archive/unpack-archive.js';
import { differences } from '../restore/pour-archive.js';
import {
  baseSections,
  clusterPrefix,
  parseBaseHead,
  parseBaseManifest,
  type BaseHead,
  type BaseManifest,
} from './base-format.js';

/** What this program can restore. */
export interface Known {
  readonly migrations: readonly string[];
  /** Of the embedded PostgreSQL. */
  readonly major: number;
}

/** A base backup of which the head was read. */
export interface OpenedBase {
  readonly head: BaseHead;
  readonly rest: AsyncGenerator<ReadSection>;
}

/** @throws UserError for one that cannot be read */
export async function openBase(source: Readable, openWith: OpenWith, known: Known): Promise<OpenedBase> {
  const sealed = await openStream(source, openWith);
  const plain = createGunzip();
  sealed.on('error', (error) => plain.destroy(error));
  const rest = unpackArchive(sealed.pipe(plain));
  try {
    const next = await rest.next();
    if (next.done === true || next.value.name !== baseSections.head)
      throw new UserError(`this is no base backup: its first part is not ${baseSections.head}`);
    return { head: parseBaseHead(await readText(next.value), known.migrations, known.major), rest };
  } catch (error) {
    source.destroy();
    throw error;
  }
}

/** Hands each file to `take`, which reads it to its end, and compares all with the manifest. @throws UserError */
export async function pourBase(
  { rest }: OpenedBase,
  take: (path: string, bytes: Readable) => Promise<void>,
): Promise<void> {
  const seen = new Map<string, { size: number; sha256: string }>();
  let manifest: BaseManifest | undefined;
  for await (const section of rest) {
    if (section.name === baseSections.manifest) {
      manifest = parseBaseManifest(await readText(section));
      continue;
    }
    if (!section.name.startsWith(clusterPrefix))
      throw new UserError(`this base backup holds ${section.name}, which no version of this program writes`);
    const bytes = measured(section.body);
    await take(section.name.slice(clusterPrefix.length), bytes.stream);
    seen.set(section.name, { size: bytes.size(), sha256: bytes.sha256() });
  }
  if (manifest === undefined) throw new UserError('this base backup is cut off: it has no manifest');
  const show = ({ size, sha256 }: { size: number; sha256: string }): string => `${size} bytes, ${sha256}`;
  const problems = differences('file', manifest.files, seen, show);
  if (problems.length > 0)
    throw new UserError(['this base backup is not what its manifest says:', ...problems].join('\n  '));
}
