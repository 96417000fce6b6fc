import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { productFolders, sourceFiles } from '../support/source/source-imports.js';

const maxModules = 15;

/** Rooms that may be fuller, each with its reason. */
const fuller: Readonly<Record<string, string>> = {
  'server/store/migrations':
    'a row of time: the next one stands behind the last, and merged ones are never moved',
};

describe('rooms', () => {
  const rooms = new Map<string, number>();
  for (const { path } of productFolders.flatMap((folder) => sourceFiles(folder)))
    rooms.set(dirname(path), (rooms.get(dirname(path)) ?? 0) + 1);
  const tooFull = [...rooms].filter(([, modules]) => modules > maxModules);

  it(`hold at most ${maxModules} modules each: sort fuller ones by what they are about`, () => {
    assert.deepEqual(
      tooFull.filter(([room]) => fuller[room] === undefined).map(([room, modules]) => `${room}: ${modules}`),
      [],
    );
  });

  it('that may be fuller are', () => {
    const full = tooFull.map(([room]) => room);
    assert.deepEqual(
      Object.keys(fuller).filter((room) => !full.includes(room)),
      [],
    );
  });
});
