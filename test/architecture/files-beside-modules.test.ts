import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { productFolders, projectRoot, sourceFiles } from '../support/source/source-imports.js';

const beside = /new URL\(\s*'([^']+)',\s*import\.meta\.url,?\s*\)/g;

describe('files beside modules', () => {
  const named = productFolders.flatMap((folder) =>
    sourceFiles(folder).flatMap(({ path }) =>
      [...readFileSync(join(projectRoot, path), 'utf8').matchAll(beside)].map((match) => ({
        module: path,
        file: join(dirname(path), match[1]!),
      })),
    ),
  );

  it('that modules name by their own place are there: no type says that one has moved', () => {
    assert.ok(named.length >= 10, `only ${named.length} found: is the pattern still right?`);
    assert.deepEqual(
      named.filter(({ file }) => !existsSync(join(projectRoot, file))),
      [],
    );
  });
});
