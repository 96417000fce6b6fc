import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/source/source-imports.js';

/** Ways to leave a test out, and a test without a body. */
const forms = [
  /\b(?:it|describe|context|specify)\.skip\(/,
  /\bx(?:it|describe|context|specify)\(/,
  /\bthis\.skip\(/,
  /\bit\(\s*(['"`])(?:(?!\1).)*\1\s*,?\s*\)/,
];
const findsIn = (text: string): number[] => forms.flatMap((form, index) => (form.test(text) ? [index] : []));

describe('tests', () => {
  it('are skipped in one place alone, which says why', () => {
    const skipping = readdirSync(join(projectRoot, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && path !== 'architecture/skipped-tests.test.ts')
      .filter((path) => findsIn(readFileSync(join(projectRoot, 'test', path), 'utf8')).length > 0);
    assert.deepEqual(skipping, ['support/online.ts']);
  });

  it('would be seen in each form', () => {
    const samples = [
      'it' + '.skip("x", f)',
      'xdescribe("x", f)',
      'this.skip()',
      "it('does it')",
      "it(\n  'x',\n)",
    ];
    assert.deepEqual(samples.map(findsIn), [[0], [1], [2], [3], [3]]);
  });
});
