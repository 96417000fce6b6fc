import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../base/errors.js';
import { measured } from '../blobs/measured.js';
import { GitProgram } from '../git/repository/git-program.js';
import { GitRepositories } from '../git/repository/git-repository.js';
import { sections } from './archive/archive-format.js';
import { drain } from './drain.js';
import { takeWholeBundle } from './whole-repository.js';
import { openDatabase } from '../store/database.js';
import { migrate } from '../store/migrate.js';
import { EmbeddedPostgres } from '../store/postgres/embedded-postgres.js';
import { openEachKind } from '../store/sealing/open-each-kind.js';
import type { SecretBox } from '../store/sealing/secret-box.js';
import type { BackupFiles } from './backup-files.js';
import { withSnapshot } from './database/database-snapshot.js';
import { DatabaseLoad, type LoadedTable } from './database/load-database.js';
import { lostSlugs, missingSlugs, type LostSlug, type MissingFiles } from './restore/missing-files.js';
import type { OpenedArchive } from './open-archive.js';
import { differences, pourArchive, type ArchiveTarget, type PouredArchive } from './restore/pour-archive.js';
import type { Progress } from './progress.js';

/** What was found in an archive that is good. */
export interface VerifiedBackup {
  readonly tables: number;
  readonly rows: number;
  readonly files: number;
  /** `table.column` of which a secret was opened. */
  readonly secrets: readonly string[];
  /** Of the registry. */
  readonly images: number;
  /** What builds name and neither the archive nor its store has. */
  readonly missing: MissingFiles;
}

/**
 * Restores an archive into a PostgreSQL and a folder of its own, which go afterwards, and compares every table with
 * what was written, every file with its hash, and opens one secret of each kind; then runs the migrations since.
 * @param store what an archive lists of a store in S3 is looked for there
 * @throws UserError with what is wrong
 */
export async function verifyBackup(
  archive: OpenedArchive,
  box: SecretBox,
  store: BackupFiles['listed'],
  progress: Progress,
): Promise<VerifiedBackup> {
  const scratch = await mkdtemp(join(tmpdir(), 'deis-verify-'));
  const home = join(scratch, 'postgres');
  try {
    const { url } = await EmbeddedPostgres.start({ home, durable: false });
    return await verifyWithin({ scratch, url, store }, archive, box, progress);
  } finally {
    await EmbeddedPostgres.remove(home);
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Scratch {
  readonly scratch: string;
  readonly url: string;
  readonly store: BackupFiles['listed'];
}

async function verifyWithin(
  { scratch, url, store }: Scratch,
  archive: OpenedArchive,
  box: SecretBox,
  progress: Progress,
): Promise<VerifiedBackup> {
  const database = openDatabase({ url, poolSize: 2 });
  try {
    const { migrations } = archive.head;
    let images = 0;
    const target = (load: DatabaseLoad): ArchiveTarget =>
      scratchTarget(load, scratch, (count) => (images = count));
    const manifest = await DatabaseLoad.into(database, migrations, { replace: false }, async (load) => {
      const poured = await pourArchive(archive, target(load), progress);
      await load.sequences(poured.sequences);
      return poured;
    });
    progress.say('comparing what was restored');
    const tables = await readTables(url);
    const show = ({ rows, sha256 }: LoadedTable): string => `${rows} rows, ${sha256}`;
    const problems = differences('table', manifest.tables, tables, show);
    if (problems.length > 0)
      throw new UserError(['what was restored is not what was backed up:', ...problems].join('\n  '));
    const secrets = await openEachKind(database, box);
    await migrate(database);
    return {
      tables: tables.size,
      rows: [...tables.values()].reduce((sum, { rows }) => sum + rows, 0),
      files: Object.keys(manifest.files).length,
      secrets,
      images,
      missing: {
        slugs: await slugsLostIn(url, manifest, archive.head.store === null ? undefined : store),
        images: manifest.missingImages,
      },
    };
  } finally {
    await database.destroy();
  }
}

/** Repositories are made; of blobs and parts of images the hash alone is looked at. */
function scratchTarget(
  load: DatabaseLoad,
  scratch: string,
  onImages: (count: number) => void,
): ArchiveTarget {
  const repositories = new GitRepositories(join(scratch, 'repos'), new GitProgram());
  return {
    table: (table, gzip) => load.table(table, gzip),
    repository: (formation, bundle) => takeWholeBundle(repositories, formation, bundle),
    blob: async (_room, bytes, key) => {
      await drain(bytes);
      key();
    },
    part: (_digest, bytes) => drain(bytes),
    images: (images) => Promise.resolve(onImages(images.length)),
    // What is needed of it is looked for when the builds are there.
    listed: () => Promise.resolve(),
  };
}

/** @param store what holds the slugs; undefined: the archive does, or lacks them */
function slugsLostIn(
  url: string,
  { missing, damaged }: Pick<PouredArchive, 'missing' | 'damaged'>,
  store: BackupFiles['listed'] | undefined,
): Promise<LostSlug[]> {
  return withSnapshot(url, async (snapshot) => {
    if (store !== undefined) return lostSlugs(await missingSlugs(store['slugs'], snapshot), snapshot);
    const kept = await snapshot.keptPaths();
    const lost = kept.filter(
      (path) => missing.includes(path) || damaged.includes(sections.blob('slugs', path)),
    );
    return lostSlugs(lost, snapshot);
  });
}

function readTables(url: string): Promise<Map<string, LoadedTable>> {
  return withSnapshot(url, async (snapshot) => {
    const found = new Map<string, LoadedTable>();
    for (const table of await snapshot.tables()) {
      const rows = snapshot.copy(table);
      const text = measured(rows);
      await drain(text.stream);
      found.set(table.name, { rows: rows.rowCount, sha256: text.sha256() });
    }
    return found;
  });
}
