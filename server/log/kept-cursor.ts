import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KeptLineReader, type KeptLine } from './kept-line-reader.js';
import { currentFile, ifMissing } from './kept-logs.js';
import { StoredLines } from './read-kept.js';

/** A place in the kept lines of a formation. */
export interface KeptPosition {
  /** Inode of the file, which keeps it when it is put aside; null before there is one. */
  readonly file: string | null;
  readonly position: number;
}

/** Bytes of one file that are read at a time; of more the newest. */
export const maxReadOn = 8 * 1024 * 1024;
/** No stored line is as long. */
const maxStored = 1024 * 1024;
const chunkBytes = 256 * 1024;
const newline = 0x0a;

/** Reads the kept lines of a formation on from where it was, look by look; what comes twice is given once. */
export class KeptCursor {
  readonly #reader: KeptLineReader;
  readonly #chunk = Buffer.alloc(chunkBytes);

  /** @param folder of the formation; may be made later */
  constructor(
    private readonly folder: string,
    onLine: (line: KeptLine) => void,
  ) {
    this.#reader = new KeptLineReader(onLine);
  }

  /**
   * Gives what was stored since, in the file that was read and in the one after it, and resolves to where it ends.
   * Without a position it gives nothing: what is there already is of no interest. `skipped`: bytes that were too much.
   */
  async readOn(
    from: KeptPosition | undefined,
    signal: AbortSignal,
  ): Promise<KeptPosition & { readonly skipped: number }> {
    const path = join(this.folder, currentFile);
    const current = await stat(path).catch(ifMissing(undefined));
    const file = current === undefined ? null : String(current.ino);
    if (from === undefined) return { file, position: current?.size ?? 0, skipped: 0 };
    if (file !== null && file === from.file)
      return { file, ...(await this.#read(path, from.position, signal)) };
    const aside = from.file === null ? undefined : await this.#pathOf(from.file);
    const rest = aside === undefined ? undefined : await this.#read(aside, from.position, signal);
    // What was put aside is written to until its successor is there.
    if (file === null) return { file: from.file, position: from.position, skipped: 0, ...rest };
    const { position, skipped } = await this.#read(path, 0, signal);
    return { file, position, skipped: skipped + (rest?.skipped ?? 0) };
  }

  async #pathOf(inode: string): Promise<string | undefined> {
    for (const name of await readdir(this.folder).catch(ifMissing([] as string[]))) {
      const path = join(this.folder, name);
      const found = name.endsWith('.log') ? await stat(path).catch(ifMissing(undefined)) : undefined;
      if (found !== undefined && String(found.ino) === inode) return path;
    }
    return undefined;
  }

  /** The position after the last whole line. A file that is shorter than that is another one. */
  async #read(
    path: string,
    position: number,
    signal: AbortSignal,
  ): Promise<{ readonly position: number; readonly skipped: number }> {
    const file = await open(path).catch(ifMissing(undefined));
    if (file === undefined) return { position, skipped: 0 };
    try {
      const { size } = await file.stat();
      const wanted = position > size ? 0 : position;
      const start = Math.max(wanted, size - maxReadOn);
      let isCut = start > wanted;
      const lines = new StoredLines((stored) => {
        if (!isCut) this.#reader.feed(stored);
        isCut = false;
      });
      let [at, whole] = [start, start];
      while (at < size) {
        signal.throwIfAborted();
        const { bytesRead } = await file.read(this.#chunk, 0, Math.min(chunkBytes, size - at), at);
        if (bytesRead === 0) break;
        const chunk = this.#chunk.subarray(0, bytesRead);
        lines.feed(chunk);
        const end = chunk.lastIndexOf(newline);
        if (end !== -1) whole = at + end + 1;
        at += bytesRead;
      }
      return { position: at - whole > maxStored ? at : whole, skipped: start - wanted };
    } finally {
      await file.close();
    }
  }
}
