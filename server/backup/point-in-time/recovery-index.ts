import { Readable } from 'node:stream';
import { z } from 'zod';
import { UserError } from '../../../base/errors.js';
import type { BackupPlace } from '../places/backup-place.js';
import {
  baseName,
  isReachName,
  parseBaseName,
  parseClusterFolder,
  parseLogName,
  reachName,
  type ClusterName,
} from './recovery-names.js';

const maxTextBytes = 64 * 1024;
const position = z.string().regex(/^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/);
const moment = z.iso.datetime().transform((text) => new Date(text));

const baseSchema = z.object({
  startedAt: moment,
  endedAt: moment,
  timeline: z.int().positive(),
  startAt: position,
  endAt: position,
  size: z.int(),
});
const reachSchema = z.object({
  timeline: z.int().positive(),
  since: moment,
  until: moment,
  segment: z.string().regex(/^[0-9A-F]{24}$/),
  ancestors: z.array(z.object({ timeline: z.int().positive(), switchAt: position })),
});

/** A base backup that is whole. Moments in milliseconds, positions as PostgreSQL writes them. */
export type Base = z.output<typeof baseSchema> & { readonly name: string };
/** All that was committed on a timeline in this time can be restored, given a base from before. */
export type Reach = z.output<typeof reachSchema>;

/** What a place keeps of a cluster. */
export interface KeptCluster extends ClusterName {
  readonly folder: string;
  /** Oldest first. */
  readonly bases: readonly Base[];
  readonly reaches: readonly Reach[];
  /** Names of segments and histories. */
  readonly log: ReadonlySet<string>;
  /** Bytes of all of it. */
  readonly size: number;
}

/** What a place keeps of the clusters of an instance; of all instances unless one is named. */
export async function readClusters(place: BackupPlace, instance: string | undefined): Promise<KeptCluster[]> {
  const found: KeptCluster[] = [];
  for (const folder of await place.folders()) {
    const name = parseClusterFolder(folder);
    if (name !== undefined && (instance === undefined || name.instance === instance))
      found.push({ ...name, folder, ...(await readCluster(place.within(folder))) });
  }
  return found;
}

/** What a cluster's folder holds. */
export async function readCluster(
  place: BackupPlace,
): Promise<Pick<KeptCluster, 'bases' | 'reaches' | 'log' | 'size'>> {
  const files = await place.files();
  const bases: Base[] = [];
  const reaches: Reach[] = [];
  for (const { name } of files) {
    const base = parseBaseName(name);
    if (base !== undefined) bases.push({ name: base, ...(await readJson(place, name, baseSchema)) });
    else if (isReachName(name)) reaches.push(await readJson(place, name, reachSchema));
  }
  return {
    bases: bases.sort((a, b) => a.endedAt.getTime() - b.endedAt.getTime()),
    reaches,
    log: new Set(files.flatMap(({ name }) => parseLogName(name) ?? [])),
    size: files.reduce((sum, { size }) => sum + size, 0),
  };
}

/** Says that a base backup is whole. */
export async function writeBase(place: BackupPlace, base: Omit<Base, 'name'>): Promise<void> {
  await writeJson(place, `${baseName(base.startedAt)}.json`, base);
}

/** Says up to when a timeline is kept. */
export async function writeReach(place: BackupPlace, reach: Reach): Promise<void> {
  await writeJson(place, reachName(reach.timeline), reach);
}

async function writeJson(place: BackupPlace, name: string, value: object): Promise<void> {
  await place.put(name, Readable.from([Buffer.from(`${JSON.stringify(value, null, 1)}\n`)]));
}

async function readJson<T extends z.ZodType>(
  place: BackupPlace,
  name: string,
  schema: T,
): Promise<z.output<T>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of (await place.get(name)) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxTextBytes)
      throw new UserError(`${name} in ${place.title} is larger than ${maxTextBytes} bytes`);
    chunks.push(chunk);
  }
  try {
    return schema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch (cause) {
    throw new UserError(`${name} in ${place.title} cannot be read`, { cause });
  }
}
