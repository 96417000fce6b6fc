import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { measured } from '../../blobs/measured.js';
import type { LoadedTable } from './load-database.js';

const newline = 0x0a;

/** Reads gzip of what COPY wrote to its end, and counts the rows: each is a line. */
export async function readTable(gzip: Readable): Promise<LoadedTable> {
  const plain = createGunzip();
  gzip.on('error', (error) => plain.destroy(error));
  const text = measured(gzip.pipe(plain));
  let rows = 0;
  for await (const chunk of text.stream as AsyncIterable<Buffer>)
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) rows += 1;
  return { rows, sha256: text.sha256() };
}
