import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { NotFound } from '../../../base/errors.js';
import { archiveName } from '../../../server/backup/archive/archive-name.js';
import type { BackupPlace } from '../../../server/backup/places/backup-place.js';

export interface TestPlace {
  readonly place: BackupPlace;
  /** What is there that nobody may take for an archive. */
  unfinished(): Promise<number>;
  remove(): Promise<void>;
}

/** What every place of backups keeps. */
export function keepsBackups(type: string, start: () => Promise<TestPlace>): void {
  describe(`a place of backups: ${type}`, function () {
    this.timeout(120_000);
    let test: TestPlace;
    before(async () => {
      test = await start();
    });
    after(() => test.remove());
    const name = (day: number): string => archiveName('0a1b2c3d', new Date(Date.UTC(2026, 10, day)));

    it('gives back what it was given, lists it newest first, and forgets it', async () => {
      // More than one part of an upload.
      const bytes = Buffer.alloc(70 * 1024 ** 2, 'archive');
      await test.place.put(name(1), Readable.from([bytes]));
      await test.place.put(name(2), Readable.from([Buffer.from('small')]));
      assert.deepEqual(
        (await test.place.list()).map((each) => [each.name, each.size]),
        [
          [name(2), 5],
          [name(1), bytes.length],
        ],
      );
      assert.ok((await buffer(await test.place.get(name(1)))).equals(bytes));
      await test.place.remove(name(2));
      await test.place.remove(name(2));
      assert.deepEqual(
        (await test.place.list()).map((each) => each.name),
        [name(1)],
      );
      await assert.rejects(test.place.get(name(2)), NotFound);
    });

    it('has folders, whose files are not its own', async () => {
      const inner = test.place.within('inner');
      assert.deepEqual([await inner.files(), await inner.folders()], [[], []]);
      await inner.put(name(4), Readable.from([Buffer.from('inside')]));
      await inner.put('note.json', Readable.from([Buffer.from('{}')]));
      await inner.put('note.json', Readable.from([Buffer.from('{"again":1}')]));
      assert.deepEqual(await test.place.folders(), ['inner']);
      assert.ok((await test.place.files()).every((each) => each.name !== 'note.json'));
      assert.ok((await test.place.list()).every((each) => each.name !== name(4)));
      assert.deepEqual((await inner.files()).map((each) => `${each.name} ${each.size}`).sort(), [
        `${name(4)} 6`,
        'note.json 11',
      ]);
      assert.equal((await buffer(await inner.get('note.json'))).toString(), '{"again":1}');
      await inner.remove('note.json');
      await inner.remove(name(4));
    });

    it('lists nothing of a backup that failed half-way', async () => {
      async function* broken(): AsyncGenerator<Buffer> {
        yield Buffer.alloc(40 * 1024 ** 2);
        throw new Error('the database went away');
      }
      await assert.rejects(test.place.put(name(3), Readable.from(broken())), /the database went away/);
      assert.ok((await test.place.list()).every((each) => each.name !== name(3)));
      assert.equal(await test.unfinished(), 0);
    });
  });
}
