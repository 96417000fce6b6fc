import assert from 'node:assert/strict';
import { archiveName, parseArchiveName } from '../../../../../server/backup/archive/archive-name.js';

describe('archive names', () => {
  const at = new Date('2026-11-29T02:05:31Z');

  it('tell instance and time, and are read again', () => {
    const name = archiveName('0a1b2c3d', at);
    assert.equal(name, 'deis-0a1b2c3d-20261129T020531Z.backup.age');
    assert.deepEqual(parseArchiveName(name), { name, instance: '0a1b2c3d', createdAt: at });
  });

  for (const name of [
    '.incoming-0a1b',
    'deis-0a1b2c3d-20261129T020531Z.backup.age.half',
    'deis-0a1b2c3-20261129T020531Z.backup.age',
    'deis-0a1b2c3d-20261329T020531Z.backup.age',
    '../deis-0a1b2c3d-20261129T020531Z.backup.age',
    'notes.txt',
  ])
    it(`${name} is none`, () => assert.equal(parseArchiveName(name), undefined));
});
