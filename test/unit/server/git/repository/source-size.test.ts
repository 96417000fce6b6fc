import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { checkSourceSize } from '../../../../../server/git/repository/source-size.js';

const id = 'a'.repeat(40);
const file = (size: number | string, path: string): string =>
  `100644 blob ${id} ${String(size).padStart(7)}\t${path}\0`;

describe('checkSourceSize', () => {
  const check = (text: string, maxBytes: number, chunk = 7): Promise<void> =>
    checkSourceSize(
      Readable.from(
        (function* () {
          for (let at = 0; at < text.length; at += chunk) yield Buffer.from(text.slice(at, at + chunk));
        })(),
      ),
      maxBytes,
    );

  it('counts what a tar archive takes: a block before each entry, and its bytes in whole blocks', async () => {
    const tree = `040000 tree ${id}       -\ta\0${file(1, 'a/b')}${file(513, 'a/new\nline\t1')}`;
    await check(tree, 3 * 512 + 512 + 1024);
    await assert.rejects(check(tree, 3 * 512 + 512 + 1023), /more than 0 MB .*\(DEIS_BUILD_SOURCE\)/);
  });
  it('is not mistaken about a path that looks like a record', async () => {
    await check(file(1, `x 100644 blob ${id} 99999999\ty`), 1024);
  });
  it('stops at once when it is too much, too many, or too deep', async () => {
    let read = 0;
    const endless = (one: string): Readable =>
      Readable.from(
        (function* () {
          for (;;) {
            read += 1;
            yield Buffer.from(one.repeat(100));
          }
        })(),
      );
    await assert.rejects(checkSourceSize(endless(file(1024 ** 2, 'n')), 1024 ** 3), /more than 1024 MB/);
    assert.ok(read < 20, `${read} chunks were read`);
    await assert.rejects(checkSourceSize(endless(file(0, 'n')), 2 ** 50), /more than 500000 files/);
    await assert.rejects(checkSourceSize(endless('n/'), 2 ** 50), /path of more than 4096 bytes/);
  });
});
