import assert from 'node:assert/strict';
import { pieceBytes, SharedPieces, type SharedFile } from '../../../../server/slug/shared-pieces.js';

/** A file of pieces that hold their own number, read `most` bytes at a time. */
class CountedFile implements SharedFile {
  reads = 0;
  readonly size: number;
  constructor(
    pieces: number,
    readonly identity = 'a',
    private readonly most = pieceBytes,
    private readonly there = pieces * pieceBytes,
  ) {
    this.size = pieces * pieceBytes - 10;
  }
  readonly handle = {
    read: async (buffer: Buffer, offset: number, length: number, position: number) => {
      this.reads += 1;
      const bytesRead = Math.max(0, Math.min(length, this.most, this.there - position));
      buffer.fill(Math.floor(position / pieceBytes), offset, offset + bytesRead);
      return Promise.resolve({ bytesRead, buffer });
    },
  } as unknown as SharedFile['handle'];
}

describe('pieces of files that several downloads share', () => {
  it('are read once for all who want them at about the same time', async () => {
    const [pieces, file] = [new SharedPieces(), new CountedFile(3)];
    const seen = await Promise.all(
      Array.from({ length: 16 }, (_, client) =>
        pieces.use(file, client % 3, async ({ bytes }) => [bytes[0], bytes.at(-1), bytes.length]),
      ),
    );
    assert.deepEqual(seen.slice(0, 3), [
      [0, 0, pieceBytes],
      [1, 1, pieceBytes],
      [2, 2, pieceBytes - 10],
    ]);
    assert.equal(file.reads, 3);
    await pieces.use(new CountedFile(3, 'b'), 0, () => Promise.resolve());
    assert.equal(file.reads, 3);
  });

  it('are whole where the system reads less at a time than it is asked for', async () => {
    const file = new CountedFile(1, 'a', 100_000);
    const bytes = await new SharedPieces().use(file, 0, ({ bytes }) => Promise.resolve(Buffer.from(bytes)));
    assert.deepEqual([bytes.length, file.reads], [pieceBytes - 10, Math.ceil(file.size / 100_000)]);
  });

  it('stay as they are while somebody sends them, whatever is read meanwhile', async () => {
    const [pieces, file] = [new SharedPieces(), new CountedFile(500)];
    let held = 0;
    await pieces.use(file, 7, async ({ bytes }) => {
      for (let index = 8; index < 500; index += 1) {
        await pieces.use(file, index, ({ bytes: others }) =>
          Promise.resolve(assert.equal(others[0], index % 256)),
        );
        held = Math.max(held, pieces.heldBytes);
      }
      assert.ok(bytes.every((byte) => byte === 7));
    });
    assert.ok(held <= 40 * pieceBytes, `${held / pieceBytes} pieces`);
  });

  it('keep no more than their bound after many were in use at once', async () => {
    const [pieces, file] = [new SharedPieces(), new CountedFile(400)];
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const uses = Array.from({ length: 400 }, (_, index) => pieces.use(file, index, () => released));
    release();
    await Promise.all(uses);
    assert.ok(pieces.heldBytes <= 40 * pieceBytes, `${pieces.heldBytes / pieceBytes} pieces`);
  });

  it('are refused to all who wait for one that cannot be read, and read again by the next', async () => {
    const pieces = new SharedPieces();
    const short = new CountedFile(2, 'a', pieceBytes, pieceBytes + 5);
    const use = (file: SharedFile) => pieces.use(file, 1, ({ bytes }) => Promise.resolve(bytes.length));
    for (const refused of await Promise.allSettled([use(short), use(short)])) {
      assert.equal(refused.status, 'rejected');
      assert.match(String(refused.reason), /ends after \d+ bytes, before its size/);
    }
    assert.equal(await use(new CountedFile(2)), pieceBytes - 10);
  });
});
