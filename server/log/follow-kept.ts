import { open, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../base/wait-until.js';
import { KeptLineReader, type KeptLine } from './kept-line-reader.js';
import { currentFile, ifMissing } from './kept-logs.js';
import { StoredLines } from './read-kept.js';

const fileLookMs = 100;
const chunkBytes = 256 * 1024;

/**
 * Gives every line that is stored from `onBegin` on, as it comes, until `signal` aborts or `deadlineMs` have passed.
 * @param folder of the formation; may be made later
 */
export async function followKept(
  folder: string,
  onLine: (line: KeptLine) => void,
  {
    onBegin,
    signal,
    deadlineMs,
  }: { readonly onBegin: () => void; readonly signal: AbortSignal; readonly deadlineMs: number },
): Promise<void> {
  const follower = new FileFollower(join(folder, currentFile), new KeptLineReader(onLine));
  await follower.skip();
  onBegin();
  const look = async (): Promise<undefined> => follower.look();
  try {
    await waitUntil(look, { deadlineMs, intervalMs: fileLookMs, what: 'the end of the logs', signal });
  } finally {
    await follower.close();
  }
}

/** Reads on where a file grows, and in its successor when it was put aside. */
class FileFollower {
  #file: FileHandle | undefined;
  #position = 0;
  #lines: StoredLines;
  readonly #chunk = Buffer.alloc(chunkBytes);

  constructor(
    private readonly path: string,
    private readonly reader: KeptLineReader,
  ) {
    this.#lines = this.#splitter();
  }

  /** What is there already is of no interest. */
  async skip(): Promise<void> {
    this.#file = await open(this.path).catch(ifMissing(undefined));
    this.#position = (await this.#file?.stat())?.size ?? 0;
  }

  async look(): Promise<undefined> {
    this.#file ??= await open(this.path).catch(ifMissing(undefined));
    if (this.#file === undefined) return undefined;
    await this.#readOn(this.#file);
    const [ours, there] = [await this.#file.stat(), await stat(this.path).catch(ifMissing(undefined))];
    if (there?.ino === ours.ino) return undefined;
    // It was put aside: what was written to it meanwhile comes first.
    if (there === undefined) return undefined;
    await this.#readOn(this.#file);
    await this.close();
    this.#position = 0;
    this.#lines = this.#splitter();
    return undefined;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #readOn(file: FileHandle): Promise<void> {
    for (;;) {
      const { bytesRead } = await file.read(this.#chunk, 0, chunkBytes, this.#position);
      if (bytesRead === 0) return;
      this.#position += bytesRead;
      this.#lines.feed(this.#chunk.subarray(0, bytesRead));
    }
  }

  #splitter(): StoredLines {
    return new StoredLines((stored) => this.reader.feed(stored));
  }
}
