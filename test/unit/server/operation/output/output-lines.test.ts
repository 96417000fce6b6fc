import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { outputLines } from '../../../../../server/operation/output/output-lines.js';

/** @param msEach what passes before each look at the clock */
async function linesOf(chunks: readonly (string | Buffer)[], msEach = 0): Promise<string[]> {
  const lines: string[] = [];
  let ms = 0;
  const stream = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  for await (const line of outputLines(stream, () => (ms += msEach))) lines.push(line);
  return lines;
}

describe('outputLines', () => {
  it('ends lines at LF and CR LF, wherever a chunk ends', async () => {
    for (const [text, lines] of [
      ['a\nb\r\n\r\nc\r\nd\n\n\re', ['a', 'b', '', 'c', 'd', '', 'e']],
      ['\r\n\r\n', ['', '']],
      ['a\r\n', ['a']],
    ] as const) {
      assert.deepEqual(await linesOf([text]), lines);
      assert.deepEqual(await linesOf([...text]), lines);
    }
  });

  it('shows a progress bar once a second, and always how it ended', async () => {
    const bar = Array.from({ length: 100 }, (_, n) => `${n} %\r`).join('');
    for (const [end, last] of [
      ['100 %\n', ['100 %']],
      ['100 %\r\n', ['100 %']],
      ['', ['99 %']],
      ['done', ['done']],
      ['\r\r\nnext\n', ['99 %', 'next']],
    ] as const) {
      assert.deepEqual(await linesOf([`${bar}${end}`]), ['0 %', ...last]);
      assert.deepEqual(await linesOf([...`${bar}${end}`]), ['0 %', ...last]);
    }
    const seconds = await linesOf([`${bar}\n`], 100);
    assert.ok(seconds.length > 5 && seconds.length < 25, seconds.join());
    assert.equal(seconds.at(-1), '99 %');
  });

  it('shows each state of a slow bar as it comes, once', async () =>
    assert.deepEqual(await linesOf(['1\r', '2\r', '3\r\n', '4\n'], 2000), ['1', '2', '3', '4']));

  it('knows characters of several bytes that come in two chunks', async () => {
    const bytes = Buffer.from('ü😀\n');
    assert.deepEqual(await linesOf([...bytes].map((byte) => Buffer.from([byte]))), ['ü😀']);
  });

  it('keeps the beginning of a line that does not end, and the lines after it', async () => {
    const megabyte = Buffer.alloc(1024 ** 2, 'x');
    const lines = await linesOf([...Array.from({ length: 64 }, () => megabyte), '\nnext\n']);
    assert.deepEqual(
      lines.map((line) => line.length),
      [16 * 1024, 4],
    );
  });

  it('says nothing for no output', async () => assert.deepEqual(await linesOf([]), []));
});
