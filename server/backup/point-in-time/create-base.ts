import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type pg from 'pg';
import { UserError } from '../../../base/errors.js';
import type { Secret } from '../../../base/secret.js';
import { measured } from '../../blobs/measured.js';
import { masterKeyCheck } from '../../store/sealing/master-key.js';
import { sealStream, type SealFor } from '../archive/envelope.js';
import { packArchive, type Section, type Written } from '../archive/pack-archive.js';
import { withClient } from '../database/open-client.js';
import type { BackupPlace } from '../places/backup-place.js';
import type { Progress } from '../progress.js';
import { baseFormat, baseSections, clusterPrefix } from './base-format.js';
import { clusterFiles } from './cluster-files.js';
import { timelineOf } from './log-position.js';
import { writeBase, type Base } from './recovery-index.js';
import { baseName, clusterFolder } from './recovery-names.js';

/** What a base backup is made of. */
export interface BaseRequest {
  readonly databaseUrl: string;
  readonly instance: string;
  /** Id of the key that seals, hexadecimal. */
  readonly masterKeyId: string;
  readonly version: string;
  readonly sealFor: SealFor;
  /** Opens the log, where a passphrase seals this: see `logKeys`. */
  readonly logIdentity: Secret | null;
  readonly progress: Progress;
}

interface Facts {
  /** The folder of its files. */
  readonly cluster: string;
  readonly system: string;
  readonly major: number;
  readonly isKept: boolean;
  readonly migrations: readonly string[];
  readonly check: Buffer;
}

/**
 * Copies the files of a cluster that runs, by PostgreSQL's own interface for it, into the cluster's folder of a place.
 * Nothing that uses the database waits for it. It counts when it is whole. @throws UserError where no log is kept
 */
export async function createBase(request: BaseRequest, place: BackupPlace): Promise<Base> {
  return withClient(request.databaseUrl, async (client) => {
    const facts = await readFacts(client);
    if (!facts.isKept)
      throw new UserError(
        'the log of this database is not kept yet: start the controller with these settings once',
      );
    const folder = place.within(clusterFolder({ instance: request.instance, system: facts.system }));
    const { rows: begun } = await client.query<{ at: Date; position: string; segment: string }>(
      `select now() as at, position::text, pg_walfile_name(position) as segment
       from (select pg_backup_start('deis', true) as position) as started`,
    );
    const { at, position, segment } = begun[0]!;
    const ended: { position?: string; at?: Date } = {};
    const size = await send(request, facts, client, folder, { at, ended });
    const base = {
      startedAt: at,
      endedAt: ended.at!,
      timeline: timelineOf(segment),
      startAt: position,
      endAt: ended.position!,
      size,
    };
    await writeBase(folder, base);
    return { name: baseName(at), ...base };
  });
}

interface Moment {
  readonly at: Date;
  readonly ended: { position?: string; at?: Date };
}

async function send(
  request: BaseRequest,
  facts: Facts,
  client: pg.Client,
  folder: BackupPlace,
  moment: Moment,
): Promise<number> {
  const sections = allSections(request, facts, client, moment);
  const plain = Readable.from(packArchive(sections), { objectMode: false });
  const gzip = createGzip({ level: 1 });
  plain.on('error', (error) => gzip.destroy(error));
  const sealed = measured(await sealStream(plain.pipe(gzip), request.sealFor));
  try {
    await folder.put(`${baseName(moment.at)}.age`, sealed.stream);
  } finally {
    plain.destroy();
  }
  return sealed.size();
}

async function* allSections(
  request: BaseRequest,
  facts: Facts,
  client: pg.Client,
  { at, ended }: Moment,
): AsyncGenerator<Section> {
  const written: Record<string, Written> = {};
  const noted = (name: string, source: Section['source']): Section => ({
    name,
    source,
    onWritten: (each) => {
      written[name] = each;
      request.progress.wrote('files of the database', each.size);
    },
  });
  const { folders, files } = await clusterFiles(facts.cluster);
  yield text(baseSections.head, headOf(request, facts, at, folders));
  for (const path of files) {
    const source = await readIfThere(join(facts.cluster, path));
    if (source !== undefined) yield noted(clusterPrefix + path, source);
  }
  const { rows } = await client.query<{ position: string; label: string; at: Date }>(
    `select lsn::text as position, labelfile as label, clock_timestamp() + interval '1 ms' as at
     from pg_backup_stop(false)`,
  );
  const { position, label, at: end } = rows[0]!;
  Object.assign(ended, { position, at: end });
  yield noted(`${clusterPrefix}backup_label`, [Buffer.from(label)]);
  yield text(baseSections.manifest, { files: written });
}

function headOf(request: BaseRequest, facts: Facts, at: Date, folders: readonly string[]): object {
  const { version, instance, masterKeyId, logIdentity, databaseUrl } = request;
  return {
    format: baseFormat,
    version,
    createdAt: at.toISOString(),
    instance,
    system: facts.system,
    major: facts.major,
    migrations: facts.migrations,
    folders,
    password: decodeURIComponent(new URL(databaseUrl).password),
    logIdentity: logIdentity?.reveal() ?? null,
    masterKey: { id: masterKeyId, check: facts.check.toString('base64'), inside: false },
  };
}

async function readFacts(client: pg.Client): Promise<Facts> {
  const { rows } = await client.query<Omit<Facts, 'check'> & { check: Buffer | null }>(
    `select (select system_identifier::text from pg_control_system()) as system,
       current_setting('data_directory') as cluster,
       current_setting('server_version_num')::int / 10000 as major,
       current_setting('archive_mode') = 'on' as "isKept",
       (select array_agg(name order by id) from migrations) as migrations,
       (select value_encrypted from instance_facts where key = $1) as check`,
    [masterKeyCheck],
  );
  const { check, ...facts } = rows[0]!;
  if (check === null) throw new UserError('no controller has opened this database yet: start one first');
  return { ...facts, check };
}

/** A table may be dropped, and its file with it, at any time: the log knows that. */
async function readIfThere(path: string): Promise<AsyncIterable<Buffer> | undefined> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return file?.createReadStream();
}

function text(name: string, value: object): Section {
  return { name, source: [Buffer.from(`${JSON.stringify(value)}\n`)] };
}
