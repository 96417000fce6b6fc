import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { currentFile, formationsFolder, ifMissing, listSegments, rotatedName } from './kept-logs.js';

/** How much of each formation's lines is kept. */
export interface Retention {
  readonly maxBytes: number;
  readonly maxDays: number;
}

const dayMs = 86_400_000;
/** Bytes after which a file is full, and the share of all that may be kept. */
const maxSegment = 16 * 1024 * 1024;
const segmentShare = 8;
/** A file that was full a moment ago may still be written to. */
const settledMs = 4_000;

/**
 * Puts full files of all formations aside, compresses them, and removes what is too old or too much.
 * @param known keys of the formations that there are: of others nothing is kept
 * @param reopen tells whoever writes that files were put aside
 */
export async function keepWithin(
  folder: string,
  retention: Retention,
  {
    known,
    now,
    reopen,
    signal,
  }: {
    readonly known: () => Promise<ReadonlySet<string>>;
    readonly now: Date;
    readonly reopen: () => void;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const root = formationsFolder(folder);
  let isRotated = false;
  const keys = await readdir(root).catch(ifMissing([] as string[]));
  // Asked afterwards: a formation that is new by now has no folder among these.
  const wanted = await known();
  for (const key of keys) {
    signal.throwIfAborted();
    const own = join(root, key);
    if (!wanted.has(key)) {
      await rm(own, { recursive: true, force: true });
      isRotated = true;
      continue;
    }
    if (await rotate(own, retention, now)) isRotated = true;
  }
  // Before what takes long: until then lines still come into files that were put aside.
  if (isRotated) reopen();
  for (const key of keys.filter((each) => wanted.has(each))) {
    const own = join(root, key);
    await compress(own, now, signal);
    await removeOld(own, retention, now);
  }
}

async function compress(folder: string, now: Date, signal: AbortSignal): Promise<void> {
  for (const { name, isCompressed, to } of await listSegments(folder)) {
    const path = join(folder, name);
    if (isCompressed || name === currentFile || now.getTime() - to.getTime() < settledMs) continue;
    const before = await stat(path);
    const half = `${path}.gz.new`;
    await pipeline(
      createReadStream(path),
      createGzip(),
      createWriteStream(half, { mode: 0o600, flush: true }),
      {
        signal,
      },
    );
    // Whoever writes has not let go of it yet: another time.
    if ((await stat(path)).size !== before.size) continue;
    await rename(half, `${path}.gz`);
    await rm(path);
  }
}

/** Resolves to whether the current file was put aside. */
async function rotate(folder: string, { maxBytes }: Retention, now: Date): Promise<boolean> {
  const segments = await listSegments(folder);
  const current = segments.find(({ name }) => name === currentFile);
  if (current === undefined || current.bytes === 0) return false;
  const isFull = current.bytes >= Math.min(maxSegment, maxBytes / segmentShare);
  if (!isFull && now.getTime() - current.from.getTime() < dayMs) return false;
  await rename(join(folder, currentFile), join(folder, rotatedName(current.from, now)));
  return true;
}

async function removeOld(folder: string, { maxBytes, maxDays }: Retention, now: Date): Promise<void> {
  const segments = await listSegments(folder);
  let bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  for (const segment of segments) {
    const isOld = now.getTime() - segment.to.getTime() > maxDays * dayMs;
    if (segment.name === currentFile || (bytes <= maxBytes && !isOld)) continue;
    await rm(join(folder, segment.name), { force: true });
    bytes -= segment.bytes;
  }
}
