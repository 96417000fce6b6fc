import { createHash } from 'node:crypto';
import { Header } from 'tar';
import { pieceBytes } from './archive-format.js';

/** Size and hash of what was written of a section. */
export interface Written {
  readonly size: number;
  readonly sha256: string;
}

/** A part of an archive. */
export interface Section {
  readonly name: string;
  /** Read once, to its end. */
  readonly source: AsyncIterable<Buffer> | Iterable<Buffer>;
  /** Told when all of it is written. */
  readonly onWritten?: (written: Written) => void;
}

/** A section of JSON, made when it is read: what is told until then is in it. */
export function textSection(name: string, value: unknown): Section {
  return { name, source: lines(value) };
}

function* lines(value: unknown): Generator<Buffer> {
  yield Buffer.from(`${JSON.stringify(value, null, 1)}\n`);
}

/** The bytes of an archive; a section is asked for when the one before was read. Holds one piece at a time. */
export async function* packArchive(sections: AsyncIterable<Section>): AsyncGenerator<Buffer> {
  for await (const { name, source, onWritten } of sections) {
    const hash = createHash('sha256');
    let size = 0;
    let number = 0;
    for await (const piece of piecesOf(source)) {
      hash.update(piece);
      size += piece.length;
      number += 1;
      yield tarHeader(`${name}#${number}`, piece.length);
      yield piece;
      yield Buffer.alloc(-piece.length & 511);
    }
    onWritten?.({ size, sha256: hash.digest('hex') });
  }
  yield Buffer.alloc(1024);
}

/** Of `pieceBytes` each but the last; one that is empty where there is nothing. */
async function* piecesOf(source: Section['source']): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  let count = 0;
  const take = (): Buffer => {
    const piece = Buffer.concat(held, size);
    [held, size] = [[], 0];
    count += 1;
    return piece;
  };
  for await (const chunk of source)
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + pieceBytes - size);
      held.push(part);
      size += part.length;
      at += part.length;
      if (size === pieceBytes) yield take();
    }
  if (size > 0 || count === 0) yield take();
}

function tarHeader(path: string, size: number): Buffer {
  const block = Buffer.alloc(512);
  const header = new Header({ path, mode: 0o600, uid: 0, gid: 0, size, mtime: new Date(0), type: 'File' });
  if (header.encode(block)) throw new Error(`${path} is too long a name for an archive`);
  return block;
}
