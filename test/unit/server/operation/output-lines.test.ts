import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { outputLines } from '../../../../server/operation/output-lines.js';

async function linesOf(chunks: readonly (string | Buffer)[]): Promise<string[]> {
  const lines: string[] = [];
  const stream = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  for await (const line of outputLines(stream)) lines.push(line);
  return lines;
}

describe('outputLines', () => {
  it('ends lines at LF, CR LF and CR, wherever a chunk ends', async () => {
    const text = 'a\nb\r\n\r\nc\rd\n\n\re';
    const lines = ['a', 'b', '', 'c', 'd', '', '', 'e'];
    assert.deepEqual(await linesOf([text]), lines);
    assert.deepEqual(await linesOf([...text]), lines);
  });

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
