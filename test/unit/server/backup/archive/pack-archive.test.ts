import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { pieceBytes } from '../../../../../server/backup/archive/archive-format.js';
import {
  packArchive,
  type Section,
  type Written,
} from '../../../../../server/backup/archive/pack-archive.js';
import { unpackArchive } from '../../../../../server/backup/archive/unpack-archive.js';

async function* each(sections: readonly Section[]): AsyncGenerator<Section> {
  yield* sections;
}
const read = async (archive: Readable): Promise<[string, string][]> => {
  const found: [string, string][] = [];
  for await (const { name, body } of unpackArchive(archive))
    found.push([name, (await buffer(body)).toString('hex')]);
  return found;
};

describe('an archive', () => {
  it('gives back each section as it was, whatever it is and however it came', async () => {
    const content = fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(content, { minLength: 1, maxLength: 6 }), async (contents) => {
        const told: Written[] = [];
        const sections = contents.map((chunks, at) => ({
          name: `slugs/${at}#/app.tgz`,
          source: chunks.map((chunk) => Buffer.from(chunk)),
          onWritten: (written: Written) => void told.push(written),
        }));
        const whole = contents.map((chunks) => Buffer.concat(chunks));
        assert.deepEqual(
          await read(Readable.from(packArchive(each(sections)), { objectMode: false })),
          whole.map((bytes, at) => [`slugs/${at}#/app.tgz`, bytes.toString('hex')]),
        );
        assert.deepEqual(
          told,
          whole.map((bytes) => ({
            size: bytes.length,
            sha256: createHash('sha256').update(bytes).digest('hex'),
          })),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('holds one piece of a section that is larger than memory, and reads no further than its reader', async () => {
    let given = 0;
    function* endless(): Generator<Buffer> {
      for (;;) {
        given += 65_536;
        yield Buffer.alloc(65_536, 1);
      }
    }
    const bytes = packArchive(each([{ name: 'database/big.copy.gz', source: endless() }]));
    let taken = 0;
    while (taken < 5 * pieceBytes) taken += (await bytes.next()).value!.length;
    assert.ok(given - taken <= pieceBytes + 65_536, `${given} given, ${taken} taken`);
    await bytes.return(undefined);
  });

  it('is read on past sections that nobody reads', async () => {
    const sections = ['a', 'b', 'c'].map((name) => ({ name, source: [Buffer.alloc(3 * 65_536, name)] }));
    const names: string[] = [];
    const archive = Readable.from(packArchive(each(sections)), { objectMode: false });
    for await (const { name } of unpackArchive(archive)) names.push(name);
    assert.deepEqual(names, ['a', 'b', 'c']);
  });

  it('fails with what a section fails with', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('half');
      throw new Error('the disk went');
    }
    const archive = Readable.from(packArchive(each([{ name: 'a', source: broken() }])), {
      objectMode: false,
    });
    await assert.rejects(buffer(archive), /the disk went/);
  });
});
