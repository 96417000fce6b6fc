import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../../base/errors.js';
import { DataDirectory, instanceFact, markFact, restoreFile } from '../../data-directory.js';
import { takeWholeBundle } from '../whole-repository.js';
import { embeddedHome } from '../../store/postgres/embedded-home.js';
import { openDatabase, type Database } from '../../store/database.js';
import { InstanceFactStore } from '../../store/instance-fact-store.js';
import { migrate } from '../../store/migrate.js';
import { EmbeddedPostgres } from '../../store/postgres/embedded-postgres.js';
import type { SecretBox } from '../../store/sealing/secret-box.js';
import type { BackupFiles } from '../backup-files.js';
import { DatabaseLoad } from '../database/load-database.js';
import { missingIn, type MissingFiles } from './missing-files.js';
import type { OpenedArchive } from '../open-archive.js';
import { pourArchive, type ArchiveTarget } from './pour-archive.js';
import type { Progress } from '../progress.js';
import { checkRestorePlace, entriesOf, type RestorePlace } from './restore-target.js';

/** What a restore needs beside the archive. */
export interface RestoreRequest {
  readonly place: RestorePlace;
  readonly files: BackupFiles;
  /** That the archive's secrets open with: see `archiveBox`. */
  readonly box: SecretBox;
  /** Lines that the master key's file gets; null where it is there. */
  readonly masterKey: string | null;
  /** What may be overwritten: a data directory's path, a database's name. */
  readonly replace: readonly string[];
  readonly progress: Progress;
}

/**
 * Makes data directory and database what an archive holds. A database of the operator's is changed in one
 * transaction; a data directory that a restore did not fill to the end refuses every start. Resolves to what builds
 * name and neither the archive nor this host has as they name it.
 * @throws UserError, before anything is written, where something would be overwritten that is not named
 */
export async function restoreBackup(archive: OpenedArchive, request: RestoreRequest): Promise<MissingFiles> {
  return restoring(request, (folder) =>
    withDatabase(request.place, async (database, url) => {
      await fill(database, folder, archive, request);
      // Archives of before hold no images, and one may hold a slug with other bytes.
      return missingIn(request.files, url);
    }),
  );
}

/** Fills a data directory that is empty, or is emptied, with the master key in its place. @throws UserError before */
export async function restoring<T>(
  { place, replace, masterKey }: Pick<RestoreRequest, 'place' | 'replace' | 'masterKey'>,
  work: (folder: DataDirectory) => Promise<T>,
): Promise<T> {
  await checkRestorePlace(place, replace);
  const folder = await DataDirectory.open(place.dataDir);
  try {
    await folder.beginRestore();
    if (replace.includes(place.dataDir)) await empty(place);
    if (masterKey !== null) await writeMasterKey(place.masterKeyFile, masterKey);
    return await work(folder);
  } finally {
    await folder.close();
  }
}

/** Brings a restored database up to date, and says that the folder is whole. @throws UserError for another instance */
export async function endRestore(
  database: Database,
  folder: DataDirectory,
  box: SecretBox,
  expected: string,
): Promise<void> {
  await migrate(database);
  const facts = new InstanceFactStore(database, box);
  const instance = (await facts.get(instanceFact))?.reveal();
  if (instance !== expected) throw new UserError(`what was restored is not of instance ${expected}`);
  await folder.endRestore(instance, (await facts.get(markFact))?.reveal());
}

async function fill(
  database: Database,
  folder: DataDirectory,
  archive: OpenedArchive,
  { place, files, box, replace, progress }: RestoreRequest,
): Promise<void> {
  const mayReplace = place.databaseUrl !== undefined && replace.length > 0;
  const { head } = archive;
  await DatabaseLoad.into(database, head.migrations, { replace: mayReplace }, async (load) => {
    const target = fileTarget(files, (...table) => load.table(...table));
    const { sequences } = await pourArchive(archive, target, progress);
    await load.sequences(sequences);
  });
  progress.say('running the migrations since');
  await endRestore(database, folder, box, head.instance);
  await database.raw('analyze');
  progress.end();
}

/** Puts repositories and files of an archive where they belong. @param table what becomes of a table */
export function fileTarget(
  { repositories, rooms, listed, registry }: BackupFiles,
  table: ArchiveTarget['table'],
): ArchiveTarget {
  const stores = { ...rooms, ...listed };
  return {
    table,
    repository: (formation, bundle) => takeWholeBundle(repositories, formation, bundle),
    blob: async (room, bytes, key) => {
      const store = stores[room];
      if (store === undefined) throw new UserError(`this archive holds ${room}, which have no place here`);
      await store.put(bytes, key);
    },
    part: async (digest, bytes) => {
      await registry.putPart(digest, bytes);
    },
    images: async (images) => {
      for (const image of images) await registry.link(image);
    },
    listed: () => Promise.resolve(),
  };
}

async function withDatabase<T>(
  { databaseUrl, dataDir }: RestorePlace,
  work: (database: Database, url: string) => Promise<T>,
): Promise<T> {
  const embedded =
    databaseUrl === undefined ? await EmbeddedPostgres.start({ home: embeddedHome(dataDir) }) : undefined;
  const url = databaseUrl ?? embedded!.url;
  const database = openDatabase({ url, poolSize: 2 });
  try {
    return await work(database, url);
  } finally {
    await database.destroy();
    await embedded?.stop();
  }
}

/** All but the master key's file, and what says that a restore goes on. */
async function empty(place: RestorePlace): Promise<void> {
  await EmbeddedPostgres.remove(embeddedHome(place.dataDir));
  for (const name of await entriesOf(place))
    if (name !== restoreFile) await rm(join(place.dataDir, name), { recursive: true, force: true });
}

async function writeMasterKey(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { mode: 0o600, flag: 'wx' });
  await chmod(path, 0o600);
}
