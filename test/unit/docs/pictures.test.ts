import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../support/source/source-imports.js';

const folder = join(projectRoot, 'docs', 'pictures');
const maxBytes = 120_000;
const shown = (path: string, prefix: string): string[] =>
  [...readFileSync(join(projectRoot, path), 'utf8').matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, link]) => {
    assert.ok(link!.startsWith(prefix), `${path}: ${link}`);
    return link!.slice(prefix.length);
  });

describe('pictures of the docs, which npm run docs:pictures writes', () => {
  it('are small, and each is shown with words for those who do not see it', () => {
    const files = readdirSync(folder);
    assert.deepEqual(shown('docs/dashboard.md', 'pictures/').sort(), files.sort());
    for (const file of files) {
      const bytes = readFileSync(join(folder, file));
      assert.equal(bytes.subarray(1, 4).toString(), 'PNG', file);
      assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [1280, 800], file);
      assert.ok(bytes.length < maxBytes, `${file} has ${bytes.length} bytes`);
    }
  });

  it('has one in the README', () => {
    assert.deepEqual(shown('README.md', 'docs/pictures/'), ['overview.png']);
  });
});
