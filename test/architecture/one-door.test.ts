import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, sourceFiles } from '../support/source/source-imports.js';

/** What takes a connection out of a table of provider types. Stores have methods of other names. */
const takes = /\b(providers|disabledProviders)\s*[?!]?\.\s*(get|values|entries|forEach)\(/;

describe('provider types', () => {
  const files = sourceFiles('server');

  it('are connected to in one place, which knows who may launch', () => {
    const takers = files
      .map(({ path }) => path)
      .filter((path) => takes.test(readFileSync(join(projectRoot, path), 'utf8')));
    assert.deepEqual(takers, ['server/formation/context/open-provider.ts']);
  });

  it('reach the server through the composition root alone', () => {
    const importers = files
      .filter(({ imports }) => imports.some((name) => /^provisioner\/(registry\.ts$|providers\/)/.test(name)))
      .map(({ path }) => path);
    assert.deepEqual(importers, ['server/compose/formation-parts.ts']);
  });
});

describe('the native engine', () => {
  it('reaches the server through the composition root, the check of settings and an install alone', () => {
    const importers = sourceFiles('server')
      .filter(({ imports }) => imports.some((name) => name.startsWith('provisioner/converge/')))
      .map(({ path }) => path);
    assert.deepEqual(importers.sort(), [
      'server/commands/check.ts',
      'server/compose/formation-parts.ts',
      'server/install/plane-link.ts',
    ]);
  });
});
