import type { Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { UserError } from '../../../base/errors.js';
import { openStream, sealStream, type OpenWith, type SealFor } from '../archive/envelope.js';
import type { BackupPlace } from '../places/backup-place.js';
import { segmentBytes, segmentNumber } from './log-position.js';
import { logName } from './recovery-names.js';

/** Keeps a segment or a history, as it is on disk. Safe to repeat. */
export async function putLogFile(
  place: BackupPlace,
  name: string,
  source: Readable,
  sealFor: SealFor,
): Promise<void> {
  const gzip = createGzip({ level: 1 });
  source.on('error', (error) => gzip.destroy(error));
  try {
    await place.put(logName(name), await sealStream(source.pipe(gzip), sealFor));
  } finally {
    // A place that takes nothing has not read it to its end.
    source.destroy();
  }
}

/** Its bytes. @throws UserError where nothing opens it, NotFound */
export async function getLogFile(place: BackupPlace, name: string, openWith: OpenWith): Promise<Readable> {
  const plain = createGunzip();
  const sealed = await openStream(await place.get(logName(name)), openWith);
  sealed.on('error', (error) => plain.destroy(error));
  return sealed.pipe(plain);
}

/** Reads it to its end. @throws UserError where it is not whole */
export async function checkLogFile(place: BackupPlace, name: string, openWith: OpenWith): Promise<void> {
  let size = 0;
  try {
    for await (const chunk of (await getLogFile(place, name, openWith)) as AsyncIterable<Buffer>)
      size += chunk.length;
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(`${name} in ${place.title} cannot be read: nothing was written`, { cause });
  }
  if (segmentNumber(name) !== undefined && size !== segmentBytes)
    throw new UserError(
      `${name} in ${place.title} has ${size} bytes, not ${segmentBytes}: nothing was written`,
    );
}
