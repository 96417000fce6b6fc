import assert from 'node:assert/strict';
import { productFolders, sourceFiles, type SourceFile } from '../support/source/source-imports.js';

// A command that loads the whole product before it prints a line takes seconds; what one needs is loaded when it runs.
const files = new Map<string, SourceFile>(
  productFolders.flatMap((folder) => sourceFiles(folder)).map((file) => [file.path, file]),
);

/** What a program loads before its first line: files of the product, and packages of npm. */
function loadedBy(program: string): { readonly ours: Set<string>; readonly packages: Set<string> } {
  const [ours, packages, waiting] = [new Set<string>(), new Set<string>(), [program]];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = files.get(path);
    if (file === undefined && !path.startsWith('node:')) packages.add(path);
    if (file === undefined || ours.has(path)) continue;
    ours.add(path);
    waiting.push(...file.atOnce);
  }
  return { ours, packages };
}

describe('a start', () => {
  it('of deis-controller loads what its help and its settings need, and no command', () => {
    const { ours, packages } = loadedBy('server/main.ts');
    assert.deepEqual([...packages].sort(), ['commander', 'pino', 'zod']);
    assert.ok(ours.size > 30 && ours.size < 100, `${ours.size} files of ours`);
  });

  it('of deis loads two small packages', () => {
    assert.deepEqual([...loadedBy('cli/main.ts').packages].sort(), ['commander', 'picocolors']);
  });

  it('of the controller loads neither the SDK of AWS nor the library of passkeys before they are needed', () => {
    const { packages } = loadedBy('server/compose.ts');
    assert.ok(packages.has('express') && packages.has('knex'), [...packages].join(', '));
    assert.deepEqual(
      [...packages].filter((name) => /^@(aws-sdk|simplewebauthn)\//.test(name)),
      [],
    );
  });
});
