import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { NotFound, UserError } from '../../base/errors.js';
import { masterKeyCheck } from '../store/sealing/master-key.js';
import { measured } from '../blobs/measured.js';
import type { ImageName } from '../registry/registry-storage.js';
import { repositoryNames, wholeBundle } from './whole-repository.js';
import {
  formatVersion,
  formatWithoutImages,
  isAsNamed,
  sections,
  type ArchivedTable,
  type ArchiveHead,
  type ArchiveManifest,
} from './archive/archive-format.js';
import { archiveName } from './archive/archive-name.js';
import { sealStream, type SealFor } from './archive/envelope.js';
import { packArchive, textSection, type Section, type Written } from './archive/pack-archive.js';
import type { BackupFiles } from './backup-files.js';
import { withSnapshot, type DatabaseSnapshot } from './database/database-snapshot.js';
import { imageSections, imageTitle, touchImages, type NotedSection } from './kept-images.js';
import { lostSlugs, type MissingFiles } from './restore/missing-files.js';
import type { BackupPlace } from './places/backup-place.js';
import type { Progress } from './progress.js';

/** What a backup is made of. */
export interface BackupRequest {
  readonly databaseUrl: string;
  readonly files: BackupFiles;
  /** `s3://BUCKET/PREFIX` of the store whose blobs are listed alone. */
  readonly store: string | null;
  readonly instance: string;
  /** Id of the key that seals. */
  readonly masterKeyId: string;
  /** Lines of the master key file when they shall be inside. */
  readonly masterKey: Buffer | null;
  readonly version: string;
  readonly sealFor: SealFor;
  readonly progress: Progress;
}

export interface MadeBackup {
  readonly name: string;
  readonly instance: string;
  /** Bytes of the archive. */
  readonly size: number;
  readonly rows: number;
  readonly missing: MissingFiles;
}

interface WorkingManifest {
  tables: Record<string, { rows: number; sha256: string }>;
  sequences: Record<string, number>;
  files: Record<string, Written>;
  missing: string[];
  missingImages: string[];
}

/**
 * Reads the database at one moment, then what it names, and puts one archive into the place. Holds some pieces of it in
 * memory, whatever its size. The archive is listed when it is whole; what a failure leaves is no archive.
 */
export async function createBackup(
  request: BackupRequest,
  place: BackupPlace,
  at: Date,
): Promise<MadeBackup> {
  const manifest: WorkingManifest = {
    tables: {},
    sequences: {},
    files: {},
    missing: [],
    missingImages: [],
  };
  const name = archiveName(request.instance, at);
  const { size, slugs } = await withSnapshot(request.databaseUrl, async (snapshot) => {
    const plain = Readable.from(packArchive(allSections(request, snapshot, manifest, at)), {
      objectMode: false,
    });
    const sealed = measured(await sealStream(plain, request.sealFor));
    try {
      await place.put(name, sealed.stream);
    } finally {
      plain.destroy();
    }
    return { size: sealed.size(), slugs: await lostSlugs(manifest.missing, snapshot) };
  });
  request.progress.end();
  const rows = Object.values(manifest.tables).reduce((sum, table) => sum + table.rows, 0);
  const missing = { slugs, images: manifest.missingImages };
  return { name, instance: request.instance, size, rows, missing };
}

/** Removes all but the newest archives of an instance. Resolves to their names. */
export async function removeOlderBackups(
  place: BackupPlace,
  instance: string,
  keep: number,
): Promise<string[]> {
  const old = (await place.list()).filter((each) => each.instance === instance).slice(keep);
  for (const { name } of old) await place.remove(name);
  return old.map(({ name }) => name);
}

async function* allSections(
  request: BackupRequest,
  snapshot: DatabaseSnapshot,
  manifest: WorkingManifest,
  at: Date,
): AsyncGenerator<Section> {
  const { registry, imagesAt, rooms } = request.files;
  const images = imagesAt === undefined ? await snapshot.keptImages() : [];
  const format = images.length > 0 ? formatVersion : formatWithoutImages;
  const head = await readHead(request, snapshot, at, format);
  yield textSection(sections.head, head);
  if (request.masterKey !== null) yield { name: sections.masterKey, source: [request.masterKey] };
  // A collector leaves alone what was used a moment ago: slugs and images stay until they are read.
  const named = await snapshot.keptPaths();
  const { slugs } = rooms;
  for (const path of named) await slugs?.touch(path).catch(ignoreMissing);
  await touchImages(registry, images);
  for (const table of head.tables) yield tableSection(request, snapshot, manifest, table);
  manifest.sequences = await snapshot.sequences();
  yield* repositorySections(request, manifest);
  yield* fileSections(request, manifest);
  for (const path of named) {
    const written = manifest.files[sections.blob('slugs', path)];
    const isThere =
      slugs === undefined
        ? (await request.files.listed['slugs']?.stat(path)) !== undefined
        : written !== undefined && isAsNamed(path, written.sha256);
    if (!isThere) manifest.missing.push(path);
  }
  if (images.length > 0) manifest.missingImages = yield* partSections(request, manifest, images);
  yield textSection(sections.manifest, manifest satisfies ArchiveManifest);
}

async function readHead(
  { version, instance, store, masterKeyId, masterKey }: BackupRequest,
  snapshot: DatabaseSnapshot,
  at: Date,
  format: number,
): Promise<ArchiveHead> {
  const check = await snapshot.sealed(masterKeyCheck);
  if (check === undefined) throw new UserError('no controller has opened this database yet: start one first');
  return {
    format,
    version,
    createdAt: at.toISOString(),
    instance,
    migrations: await snapshot.migrations(),
    tables: await snapshot.tables(),
    store,
    masterKey: { id: masterKeyId, check: check.toString('base64'), inside: masterKey !== null },
  };
}

function tableSection(
  { progress }: BackupRequest,
  snapshot: DatabaseSnapshot,
  manifest: WorkingManifest,
  table: ArchivedTable,
): Section {
  const rows = snapshot.copy(table);
  const plain = measured(rows);
  const gzip = createGzip();
  plain.stream.on('error', (error) => gzip.destroy(error));
  return {
    name: sections.table(table.name),
    source: plain.stream.pipe(gzip),
    onWritten: ({ size }) => {
      manifest.tables[table.name] = { rows: rows.rowCount, sha256: plain.sha256() };
      progress.wrote('database', size);
    },
  };
}

/** What a push adds meanwhile may be in it: the database then tells nothing of that. */
async function* repositorySections(
  { files: { repositories }, progress }: BackupRequest,
  manifest: WorkingManifest,
): AsyncGenerator<Section> {
  for (const formation of await repositoryNames(repositories.folder)) {
    const bundle = await wholeBundle(await repositories.open(formation));
    if (bundle !== undefined)
      yield noted(manifest, progress, 'repositories', sections.repository(formation), bundle);
  }
}

async function* fileSections(
  { files: { rooms, listed }, progress }: BackupRequest,
  manifest: WorkingManifest,
): AsyncGenerator<Section> {
  for (const [room, store] of Object.entries(rooms))
    for await (const { key } of store.list()) {
      // A collector may have been faster: then no row names it.
      const bytes = await store.get(key).catch(ignoreMissing);
      if (bytes !== undefined) yield noted(manifest, progress, room, sections.blob(room, key), bytes);
    }
  if (Object.keys(listed).length === 0) return;
  const blobs = [];
  for (const [room, store] of Object.entries(listed))
    for await (const { key, size } of store.list()) blobs.push({ room, key, size });
  yield textSection(sections.store, { blobs });
}

async function* partSections(
  { files: { registry }, progress }: BackupRequest,
  manifest: WorkingManifest,
  images: readonly ImageName[],
): AsyncGenerator<Section, string[]> {
  const note: NotedSection = (name, bytes, onWritten) =>
    noted(manifest, progress, 'registry', name, bytes, onWritten);
  return (yield* imageSections(registry, images, note)).map(imageTitle);
}

function noted(
  manifest: WorkingManifest,
  progress: Progress,
  what: string,
  name: string,
  source: Readable,
  onWritten?: (written: Written) => void,
): Section {
  return {
    name,
    source: source as AsyncIterable<Buffer>,
    onWritten: (written) => {
      manifest.files[name] = written;
      onWritten?.(written);
      progress.wrote(what, written.size);
    },
  };
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof NotFound) return undefined;
  throw error;
}
