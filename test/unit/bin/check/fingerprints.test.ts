import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../../support/source/source-imports.js';

interface Module {
  fingerprints(): (path: string) => string;
}

describe('the fingerprint of a file of code', () => {
  let folder: string;
  let module: Module;

  before(async () => {
    module = (await import(pathToFileURL(join(projectRoot, 'bin/check/fingerprints.mjs')).href)) as Module;
  });
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'deis-fingerprints-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const now = (name: string): string => module.fingerprints()(join(folder, name));

  /** Whether that of `a.ts` is another one after `change`. */
  const changes = (change: () => void): boolean => {
    const before = now('a.ts');
    change();
    return now('a.ts') !== before;
  };

  it('changes with the file, and with nothing that it does not import', () => {
    write('a.ts', 'export const a = 1;');
    write('b.ts', '');
    assert.equal(
      changes(() => write('b.ts', 'export const b = 2;')),
      false,
    );
    assert.equal(
      changes(() => write('a.ts', 'export const a = 2;')),
      true,
    );
  });

  for (const text of [
    "import { b } from './b.js';",
    "import type { B } from './b.js';",
    "export * from './b.js';",
    "type B = import('./b.js').B;",
    "const b = await import('./b.js');",
    '/// <reference path="./b.ts" />',
  ])
    it(`changes with what is imported by ${text}`, () => {
      write('a.ts', text);
      write('b.ts', 'export const b = 1;');
      assert.equal(
        changes(() => write('b.ts', 'export const b = 2;')),
        true,
      );
    });

  it('changes with what is imported by what it imports, around a circle too', () => {
    write('a.ts', "import './b.js';");
    write('b.ts', "import './c.js'; import './a.js';");
    write('c.ts', '');
    assert.equal(
      changes(() => write('c.ts', 'export const c = 1;')),
      true,
    );
  });

  it('changes with data that it imports, with a file that goes, and with one that comes', () => {
    write('a.ts', "import data from './data.json'; import './late.js';");
    write('data.json', '{}');
    assert.equal(
      changes(() => write('data.json', '[]')),
      true,
    );
    assert.equal(
      changes(() => write('late.ts', '')),
      true,
    );
    assert.equal(
      changes(() => rmSync(join(folder, 'data.json'))),
      true,
    );
  });
});
