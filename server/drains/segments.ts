import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { currentFile, ifMissing, readableSegments } from '../log/kept-logs.js';
import { segmentFile, type SegmentFile } from './segment-file.js';

/** The files of one formation's kept lines. */
export class Segments {
  #known = new Map<string, SegmentFile>();
  #seen: string | undefined;

  constructor(private readonly folder: string) {}

  /** Oldest first. What a file is by its first line is asked once. */
  async list(): Promise<SegmentFile[]> {
    const known = new Map<string, SegmentFile>();
    for (const segment of await readableSegments(this.folder)) {
      const { name, isCompressed, bytes } = segment;
      const before = name === currentFile ? undefined : this.#known.get(name);
      const file =
        before === undefined
          ? await segmentFile(this.folder, segment)
          : { ...before, bytes: isCompressed ? before.bytes : bytes };
      if (file !== undefined) known.set(name, file);
    }
    this.#known = known;
    return [...known.values()];
  }

  /** Whether the file that grows is as it was when this was asked last: one look at it. */
  async isQuiet(): Promise<boolean> {
    const found = await stat(join(this.folder, currentFile)).catch(ifMissing(undefined));
    const seen = found === undefined ? 'none' : `${found.ino} ${found.size}`;
    const isSame = this.#seen === seen;
    this.#seen = seen;
    return isSame;
  }
}
