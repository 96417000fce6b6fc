import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise, type Entry, type ZipFile } from 'yauzl';

/** Longer than a file takes on any disk that works. */
const fileMs = 60_000;

export interface ModuleLimits {
  /** Of all files, unpacked. */
  readonly maxBytes: number;
  readonly maxFiles: number;
}

/**
 * Unpacks the zip of a Go module below `target`, without the folder `prefix` that all its files lie in, and
 * gives its checksum as go.sum has it: `h1:` and the base64 SHA-256 over a line for each file, sorted by name,
 * of its hex SHA-256 and its name (golang.org/x/mod/sumdb/dirhash).
 * @throws Error for a file beside the prefix, one that leads out, and more than the limits
 */
export async function unpackModule(
  file: string,
  prefix: string,
  target: string,
  limits: ModuleLimits,
): Promise<string> {
  const zip = await openPromise(file);
  try {
    const sums = new Map<string, string>();
    let bytes = 0;
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue;
      bytes += entry.uncompressedSize;
      if (bytes > limits.maxBytes || sums.size >= limits.maxFiles)
        throw new Error('the module is larger than expected');
      const name = nameWithin(entry.fileName, prefix);
      sums.set(entry.fileName, await writeEntry(zip, entry, join(target, name)));
    }
    const lines = [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, sum]) => `${sum}  ${name}\n`);
    return `h1:${createHash('sha256').update(lines.join('')).digest('base64')}`;
  } finally {
    zip.close();
  }
}

function nameWithin(name: string, prefix: string): string {
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  if (rest === '' || rest.startsWith('/') || rest.includes('\n') || rest.split('/').includes('..'))
    throw new Error(`the module holds a file that is not its own: ${JSON.stringify(name)}`);
  return rest;
}

/** Its hex SHA-256. */
async function writeEntry(zip: ZipFile, entry: Entry, path: string): Promise<string> {
  const hash = createHash('sha256');
  const bytes = await zip.openReadStreamPromise(entry);
  await mkdir(dirname(path), { recursive: true });
  bytes.on('data', (chunk: Buffer) => hash.update(chunk));
  await pipeline(bytes, createWriteStream(path), { signal: AbortSignal.timeout(fileMs) });
  return hash.digest('hex');
}
