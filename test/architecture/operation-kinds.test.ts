import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { operationKinds } from '../../server/formation/requests/operation-kinds.js';
import { projectRoot, sourceFiles } from '../support/source/source-imports.js';

const kinds = 'server/formation/requests/kinds/';
const names = operationKinds.map(({ name }) => name).join('|');

/** What belongs to a kind's own file; elsewhere its `is`, `read` and `name` say it. */
const scattered: Readonly<Record<string, RegExp>> = {
  'an untyped param': /\bparams\s*[?!]?\.?\[['"`]/,
  'untyped params': /\}\s*=\s*[\w.]*operation\.params\b/,
  'a comparison with a kind': new RegExp(`\\bkind\\s*[!=]==?\\s*['"\`](${names})['"\`]`),
  'a case of a kind': new RegExp(`\\bcase\\s+['"\`](${names})['"\`]`),
  'a kind by its word': new RegExp(`\\bkind:\\s*['"\`](${names})['"\`]`),
  'a query by the word of a kind': /\bnewestOfKind\([^)]*['"`]/,
};

describe('kinds of operations', () => {
  const texts = ['server', 'cli']
    .flatMap((folder) => sourceFiles(folder))
    .map(({ path }) => path)
    .filter((path) => !path.startsWith(kinds))
    .map((path) => ({ path, text: readFileSync(join(projectRoot, path), 'utf8') }));

  for (const [what, pattern] of Object.entries(scattered)) {
    it(`stand in their own files: ${what} stands nowhere else`, () => {
      assert.deepEqual(
        texts.filter(({ text }) => pattern.test(text)).map(({ path }) => path),
        [],
      );
    });
  }

  it('are all in the table', () => {
    const files = sourceFiles(kinds.slice(0, -1)).map(({ path }) => basename(path, '.ts'));
    assert.deepEqual(files.sort(), names.split('|').sort());
  });
});
