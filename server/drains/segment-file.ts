import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { currentFile, ifMissing, type Segment } from '../log/kept-logs.js';
import { unpacked } from '../log/unpacked.js';

/** Bytes of a file's first line that name it: it has container, place and time of its line. */
const headBytes = 1024;
const chunkBytes = 128 * 1024;
const newline = 0x0a;

/** A file of kept lines, whatever it is called now. */
export interface SegmentFile {
  /** Names it by its first line: the same when it is put aside, and compressed. */
  readonly id: string;
  readonly isCurrent: boolean;
  readonly isCompressed: boolean;
  readonly path: string;
  readonly inode: number;
  /** Of what is in it, unpacked. */
  readonly bytes: number;
  /** When its last line may have come. */
  readonly to: Date;
}

/** Undefined for one that is gone meanwhile, or has no whole line yet. */
export async function segmentFile(folder: string, segment: Segment): Promise<SegmentFile | undefined> {
  const { name, isCompressed, to } = segment;
  const path = join(folder, name);
  const file = await open(path).catch(ifMissing(undefined));
  if (file === undefined) return undefined;
  try {
    const { size, ino: inode } = await file.stat();
    const head = headOf(isCompressed, await readAt(file, 0, 4 * headBytes));
    if (head === undefined) return undefined;
    const id = createHash('sha256').update(head).digest('hex').slice(0, 32);
    const bytes = isCompressed ? await unpackedBytes(file, size) : size;
    return { id, isCurrent: name === currentFile, isCompressed, path, inode, bytes, to };
  } finally {
    await file.close();
  }
}

/**
 * What is in a file from a byte on, in chunks, up to its end as it is when that is reached; nothing when another file
 * has its name by now.
 */
export async function* chunksFrom(
  { path, isCompressed, inode }: Pick<SegmentFile, 'path' | 'isCompressed' | 'inode'>,
  from: number,
): AsyncGenerator<Buffer, void, undefined> {
  const handle = await open(path).catch(ifMissing(undefined));
  if (handle === undefined) return;
  if ((await handle.stat()).ino !== inode) return handle.close();
  const file = handle.createReadStream({ highWaterMark: chunkBytes, start: isCompressed ? 0 : from });
  const text = unpacked(file, isCompressed);
  let left = isCompressed ? from : 0;
  try {
    for await (const chunk of text as AsyncIterable<Buffer>) {
      const passed = Math.min(left, chunk.length);
      left -= passed;
      if (passed < chunk.length) yield chunk.subarray(passed);
    }
  } finally {
    file.destroy();
    text.destroy();
  }
}

/** The first line, or its beginning. */
function headOf(isCompressed: boolean, start: Buffer): Buffer | undefined {
  // It is the beginning of a file: its end is not there.
  const plain = isCompressed ? gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }) : start;
  const head = plain.subarray(0, headBytes);
  const end = head.indexOf(newline);
  if (end !== -1) return head.subarray(0, end);
  return head.length === headBytes ? head : undefined;
}

/** The last four bytes of a gzip file (RFC 1952, section 2.3.1). */
async function unpackedBytes(file: FileHandle, size: number): Promise<number> {
  const end = await readAt(file, Math.max(0, size - 4), 4);
  return end.length === 4 ? end.readUInt32LE() : 0;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
