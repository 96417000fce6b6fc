import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/source/source-imports.js';

const tracked = execFileSync('git', ['ls-files'], { cwd: projectRoot, encoding: 'utf8' })
  .split('\n')
  .filter((path) => /\.(ts|js|mjs|md|json|sh|njk|hbs|yml)$/.test(path) && path !== 'package-lock.json');
const lines = tracked.flatMap((path) =>
  readFileSync(join(projectRoot, path), 'utf8')
    .split('\n')
    .map((text, index) => ({ where: `${path}:${index + 1}`, text, path })),
);
const matching = (pattern: RegExp, only: RegExp = /./): string[] =>
  lines
    .filter(
      (line) =>
        only.test(line.path) && !line.path.endsWith('committed-text.test.ts') && pattern.test(line.text),
    )
    .map((line) => line.where);

describe('committed text', () => {
  it('switches no check off', () => {
    assert.deepEqual(
      matching(
        /\b(it|describe)\.(skip|only)\(|@ts-(ignore|nocheck|expect-error)|eslint-disable|: any\b|\bas any\b/,
        /\.ts$/,
      ),
      [],
    );
  });

  it('leaves nothing unfinished by its own word', () => {
    assert.deepEqual(matching(/\b(TODO|FIXME|XXX)\b|not implemented/, /\.(ts|md)$/), []);
  });

  it('names no path of one machine', () => {
    assert.deepEqual(matching(/(^|[^A-Za-z0-9_.$}])\/(work|farm)\//), []);
  });
});
