import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maxKept, pruneBundles } from '../../../../../server/install/release/pack-release.js';

describe('the cache of releases', () => {
  it('keeps the newest, however many are made', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'deis-cache-'));
    try {
      for (let n = 0; n < maxKept + 3; n += 1) {
        writeFileSync(join(cache, `${n}.tgz`), '');
        utimesSync(join(cache, `${n}.tgz`), n, n);
      }
      writeFileSync(join(cache, 'other'), '');
      await pruneBundles(cache);
      assert.deepEqual(readdirSync(cache).sort(), ['3.tgz', '4.tgz', '5.tgz', '6.tgz', 'other']);
    } finally {
      rmSync(cache, { recursive: true, force: true });
    }
  });
});
