import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { WithoutShallowLines } from '../../../../server/git/without-shallow-lines.js';

const id = 'a'.repeat(40);
const packet = (text: string): string => (text.length + 4).toString(16).padStart(4, '0') + text;
const shallow = packet(`shallow ${id}`);
const command = packet(`${id} ${id} refs/heads/master\0 report-status agent=shallow `);

async function passed(text: string, chunk: number): Promise<string> {
  const chunks = Array.from({ length: Math.ceil(text.length / chunk) }, (_, n) =>
    Buffer.from(text.slice(n * chunk, (n + 1) * chunk), 'latin1'),
  );
  const bytes = await buffer(Readable.from(chunks).pipe(new WithoutShallowLines()));
  return bytes.toString('latin1');
}

describe('WithoutShallowLines', () => {
  it('leaves out the shallow lines that come first, and nothing else, however it arrives', async () => {
    const rest = `${command}0000PACK${shallow}\0\xff`;
    for (const chunk of [1, 3, 12, 48, 1000])
      for (const count of [0, 1, 3]) assert.equal(await passed(shallow.repeat(count) + rest, chunk), rest);
  });
  it('passes on what is short, and what is no protocol at all', async () => {
    for (const text of ['', '0000', '00', '0004', 'shallow ', '0000shallow ', 'zzzzshallow x', '0003shallow'])
      for (const chunk of [1, 100]) assert.equal(await passed(text, chunk), text);
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.integer({ min: 1, max: 20 }), async (text, chunk) => {
        const ascii = text.replace(/[^\0-\xff]/g, '');
        assert.equal(await passed(ascii, chunk), ascii);
      }),
    );
  });
  it('passes a flush on as soon as it has come', async () => {
    const stream = new WithoutShallowLines();
    stream.write('0000');
    assert.equal(String(stream.read()), '0000');
  });
});
