import type { FileHandle } from 'node:fs/promises';

/** A part of a file, whose bytes are `pieceBytes` times `index` from its start. */
export interface Piece {
  readonly bytes: Buffer;
}

/** A file that is read; `identity` is another one once its content is. */
export interface SharedFile {
  readonly handle: Pick<FileHandle, 'read'>;
  readonly identity: string;
  readonly size: number;
}

interface KeptPiece {
  readonly buffer: Buffer;
  /** Rejects when the file cannot be read, or ends before its size. */
  readonly reading: Promise<Piece>;
  users: number;
  isKept: boolean;
}

export const pieceBytes = 512 * 1024;
/** Of all files: nodes of a layer, which fetch the same slug at once, are seldom further apart. */
const keptPieces = 32;
/** Buffers that wait to be used again. */
const freeBuffers = 8;

/**
 * What several downloads read of the same files at about the same time: each piece is read once for all of them, and
 * buffers are used again. It holds 20 MB at most beside what is being sent, one piece of a download.
 */
export class SharedPieces {
  /** The one that was not asked for the longest first. */
  readonly #kept = new Map<string, KeptPiece>();
  readonly #free: Buffer[] = [];

  /** Runs `send` with a piece, which is its own until it resolves. @throws when the piece cannot be read */
  async use<T>(file: SharedFile, index: number, send: (piece: Piece) => Promise<T>): Promise<T> {
    const kept = this.#take(file, index);
    kept.users += 1;
    try {
      return await send(await kept.reading);
    } finally {
      kept.users -= 1;
      this.#recycle(kept);
    }
  }

  /** Bytes of all buffers that it holds. */
  get heldBytes(): number {
    return (this.#kept.size + this.#free.length) * pieceBytes;
  }

  #take(file: SharedFile, index: number): KeptPiece {
    const key = `${file.identity} ${index}`;
    const kept = this.#kept.get(key) ?? this.#read(file, index, key);
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > keptPieces) this.#forget(oldest!);
    return kept;
  }

  #read(file: SharedFile, index: number, key: string): KeptPiece {
    const buffer = this.#free.pop() ?? Buffer.allocUnsafeSlow(pieceBytes);
    const reading = readPiece(file, index, buffer);
    reading.catch(() => this.#forget(key));
    return { buffer, reading, users: 0, isKept: true };
  }

  #forget(key: string): void {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#kept.delete(key);
    kept.isKept = false;
    this.#recycle(kept);
  }

  #recycle({ users, isKept, buffer }: KeptPiece): void {
    if (users === 0 && !isKept && this.#free.length < freeBuffers) this.#free.push(buffer);
  }
}

async function readPiece({ handle, size }: SharedFile, index: number, buffer: Buffer): Promise<Piece> {
  const start = index * pieceBytes;
  const length = Math.min(pieceBytes, size - start);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, start + filled);
    if (bytesRead === 0)
      throw new Error(`the file ends after ${start + filled} bytes, before its size ${size}`);
    filled += bytesRead;
  }
  return { bytes: buffer.subarray(0, length) };
}
