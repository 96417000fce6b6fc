import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const prefix = '.incoming-';
const hourMs = 3600_000;

/**
 * Writes a stream beside its place, on disk to the last byte, and renames it there: `target` is whole or
 * absent, whatever happens. `target` may depend on what was read, hence a function. Rejects and leaves
 * nothing when the stream fails.
 */
export async function writeDurably(
  source: Readable,
  folder: string,
  target: () => string,
  mode = 0o600,
): Promise<string> {
  const temporary = join(folder, `${prefix}${randomUUID()}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await pipeline(source, createWriteStream(temporary, { flags: 'wx', mode, flush: true }));
    const path = target();
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await rename(temporary, path);
    await syncFolder(dirname(path));
    return path;
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Removes what a process that was killed had begun to write into a folder. What is younger than an hour may
 * be under way elsewhere.
 */
export async function removeUnfinished(folder: string, now = new Date()): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const path of names.filter((name) => name.startsWith(prefix)).map((name) => join(folder, name))) {
    const begun = await stat(path).catch(() => undefined);
    if (begun !== undefined && now.getTime() - begun.mtimeMs > hourMs)
      await rm(path, { recursive: true, force: true });
  }
}

/** Without it a rename may be gone after a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
