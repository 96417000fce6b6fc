import assert from 'node:assert/strict';
import { decimalSize, Progress } from '../../../../server/backup/progress.js';

describe('progress', () => {
  it('tells at most once in a while how far it is, and of each part when it is over', () => {
    const lines: string[] = [];
    let now = 0;
    const progress = new Progress(
      (line) => lines.push(line),
      1000,
      () => now,
    );
    for (now = 1; now < 2500; now += 250) progress.wrote('slugs', 1e6);
    progress.wrote('images', 5e5);
    progress.end();
    assert.deepEqual(lines, [
      'slugs: 5 parts, 5.0 MB so far',
      'slugs: 9 parts, 9.0 MB so far',
      'slugs: 10 parts, 10.0 MB',
      'images: 1 part, 0.5 MB',
    ]);
  });

  it('tells once of each part where nobody watches', () => {
    const lines: string[] = [];
    const progress = new Progress(
      (line) => lines.push(line),
      Infinity,
      () => 1e9,
    );
    for (let n = 0; n < 3; n += 1) progress.wrote('database', 1e6);
    progress.say('done');
    assert.deepEqual(lines, ['database: 3 parts, 3.0 MB', 'done']);
  });

  it('says of what is small how small it is', () => {
    assert.deepEqual([0, 700, 31_400, 49_999, 50_000, 1_234_567].map(decimalSize), [
      ...['0 kB', '1 kB', '32 kB', '50 kB', '0.1 MB', '1.2 MB'],
    ]);
  });
});
