import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/**
 * The text of a kept file, unpacked where it is compressed; an error of the file is one of the text. Whoever reads it
 * destroys both.
 */
export function unpacked(file: Readable, isCompressed: boolean): Readable {
  if (!isCompressed) return file;
  const text = file.pipe(createGunzip({ chunkSize: file.readableHighWaterMark }));
  file.on('error', (error) => text.destroy(error));
  return text;
}
