import { open, type FileHandle } from 'node:fs/promises';
import type { Request, Response } from 'express';
import { NotFound } from '../../base/errors.js';
import { pieceBytes, type SharedFile, type SharedPieces } from './shared-pieces.js';

/** Bytes of a file, the last one included. */
interface Part {
  readonly start: number;
  readonly end: number;
}

const notThere = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG']);

/**
 * Answers with a file that never changes, or with the one part of it that is asked for (RFC 9110, section 14; several
 * parts are answered by all of it). Resolves when all is sent, or the client is gone.
 * @param stallMs after which a client that takes nothing is cut off
 * @throws NotFound; what the file system says when nothing is sent yet
 */
export async function sendFile(
  request: Request,
  response: Response,
  {
    path,
    pieces,
    stallMs,
  }: { readonly path: string; readonly pieces: SharedPieces; readonly stallMs: number },
): Promise<void> {
  const handle = await open(path).catch((cause: NodeJS.ErrnoException) => {
    throw notThere.has(cause.code ?? '') ? new NotFound('no such file', { cause }) : cause;
  });
  try {
    const file = await sharedFile(handle);
    const part = beginAnswer(request, response, file.size);
    if (part === undefined || request.method === 'HEAD') return void response.end();
    response.setTimeout(stallMs, () => response.destroy());
    await sendPart(new Outlet(response), pieces, file, part);
  } finally {
    await handle.close();
  }
}

async function sharedFile(handle: FileHandle): Promise<SharedFile> {
  const info = await handle.stat();
  if (!info.isFile()) throw new NotFound('no such file');
  const { dev, ino, size, mtimeMs } = info;
  return { handle, size, identity: `${dev} ${ino} ${size} ${mtimeMs}` };
}

/** Writes status and headers. Undefined: the part that is asked for is outside of the file. */
function beginAnswer(request: Request, response: Response, size: number): Part | undefined {
  response.set({ 'Accept-Ranges': 'bytes', 'Content-Type': 'application/gzip' });
  // Without a validator no part is of what the client has: RFC 9110, section 13.1.5.
  const ranges =
    request.headers['if-range'] === undefined ? request.range(size, { combine: true }) : undefined;
  if (ranges === -1) {
    response.status(416).set({ 'Content-Range': `bytes */${size}`, 'Content-Length': '0' });
    return undefined;
  }
  const [only, ...others] = Array.isArray(ranges) && ranges.type === 'bytes' ? ranges : [];
  if (only === undefined || others.length > 0) {
    response.status(200).set('Content-Length', String(size));
    return { start: 0, end: size - 1 };
  }
  const { start, end } = only;
  response.status(206).set({
    'Content-Range': `bytes ${start}-${end}/${size}`,
    'Content-Length': String(end - start + 1),
  });
  return { start, end };
}

async function sendPart(
  outlet: Outlet,
  pieces: SharedPieces,
  file: SharedFile,
  { start, end }: Part,
): Promise<void> {
  for (let at = start; at <= end && !outlet.isGone;) {
    const index = Math.floor(at / pieceBytes);
    const first = index * pieceBytes;
    const next = Math.min(end + 1, first + pieceBytes);
    const [from, to] = [at - first, next - first];
    await pieces.use(file, index, ({ bytes }) => outlet.write(bytes.subarray(from, to)));
    at = next;
  }
  outlet.end();
}

/** An answer of which nothing may be left in a buffer that is used again. */
class Outlet {
  isGone: boolean;
  #settle: () => void = () => undefined;

  constructor(private readonly response: Response) {
    this.isGone = response.destroyed;
    response.once('close', () => {
      this.isGone = true;
      this.#settle();
    });
  }

  /** Resolves when the system has taken the bytes, or the client is gone. */
  async write(bytes: Buffer): Promise<void> {
    if (this.isGone) return;
    await new Promise<void>((resolve) => {
      this.#settle = resolve;
      this.response.write(bytes, () => resolve());
    });
  }

  end(): void {
    if (!this.isGone) this.response.end();
  }
}
