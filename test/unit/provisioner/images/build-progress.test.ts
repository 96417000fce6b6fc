import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { announced, follow, forget } from '../../../../provisioner/images/build-progress.js';
import { waitUntil } from '../../../../base/wait-until.js';

describe('the progress of an image build', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deis-progress-'));
  const path = join(folder, 'progress');
  after(() => rmSync(folder, { recursive: true }));

  it('is shown to those who wait for it: what it says now, then what follows, each once', async () => {
    const [own, seen]: [string[], string[]] = [[], []];
    const { onProgress } = announced({ onProgress: (line) => own.push(line) }, path);
    onProgress!('installing the base');
    const stop = follow((line) => seen.push(line), path);
    try {
      assert.deepEqual(seen, ['installing the base']);
      onProgress!('node image: installing packages');
      await waitUntil(async () => (seen.length > 1 ? true : undefined), {
        deadlineMs: 5_000,
        intervalMs: 20,
        what: 'the next line',
      });
      assert.deepEqual(seen, own);
    } finally {
      stop();
    }
  });

  it('is gone with the build, and missed by nobody', () => {
    forget(path);
    assert.equal(existsSync(path), false);
    forget(path);
    follow(() => assert.fail('there is nothing to show'), path)();
  });

  it('stays with its own process where the file cannot be written', () => {
    const own: string[] = [];
    announced({ onProgress: (line) => own.push(line) }, join(folder, 'no', 'such')).onProgress!('working');
    assert.deepEqual(own, ['working']);
  });
});
