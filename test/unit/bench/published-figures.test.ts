import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMet, median, medianFigures, shown } from '../../../bench/benchmark.js';
import { savedResults } from '../../../bench/bench-result.js';
import { withFigures, withHeadlines } from '../../../bench/published-figures.js';
import { projectRoot } from '../../support/source/source-imports.js';

/** `npm run bench:publish` sets WRITE_DOCS and so writes them. */
describe('published figures', () => {
  for (const [file, fill] of [
    ['docs/figures.md', withFigures],
    ['README.md', withHeadlines],
  ] as const) {
    it(`of ${file} are those of bench/results; if not: npm run bench:publish`, () => {
      const path = join(projectRoot, file);
      const expected = fill(readFileSync(path, 'utf8'), savedResults());
      if (process.env['WRITE_DOCS'] === '1') writeFileSync(path, expected);
      assert.equal(readFileSync(path, 'utf8'), expected);
    });
  }

  it('of the README are named as a benchmark names them', () => {
    const marks = '<!-- figures: npm run bench:publish -->\n<!-- /figures -->';
    assert.throws(() => withHeadlines(marks, []), /no kept result of deploy has the figure "second push/);
  });

  it('say which target was missed', () => {
    const machine = { cores: 2, processor: 'x', memoryGb: 4, load: 0, node: 'v20', date: '2026-01-01' };
    const figures = [
      { name: 'fast', value: 1.5, unit: 'x', target: { atMost: 2 } },
      { name: 'slow', value: 2.51, unit: 'x', target: { atMost: 2 }, note: 'of 3' },
    ];
    const text = withFigures('a\n<!-- figures: npm run bench:publish -->\nold\n<!-- /figures -->\nb', [
      { benchmark: 'b', machine, runs: 3, figures },
    ]);
    assert.match(
      text,
      /^\| b \| fast \| 1\.5 x \| <= 2 x \|\n\| b \| slow \(of 3\) \| 2\.51 x \(missed\) \| <= 2 x \|$/m,
    );
    assert.match(text, /^- b: medians of 3 runs, 2026-01-01, 2 cores/m);
    assert.doesNotMatch(text, /old/);
    assert.throws(() => withFigures('no marks', []), /lacks/);
  });

  it('are the medians of the runs', () => {
    const run = (value: number, atMost: number) => [
      { name: 'fast', value, unit: 'x', target: { atMost }, note: `run of ${value}` },
      ...(value === 9 ? [] : [{ name: 'floor', value: value * 10, unit: 's' }]),
    ];
    assert.deepEqual(medianFigures([run(9, 4), run(1, 2), run(2, 3)]), [
      { name: 'fast', value: 2, unit: 'x', target: { atMost: 3 }, note: 'run of 2' },
      { name: 'floor', value: 15, unit: 's' },
    ]);
  });

  it('are judged and printed', () => {
    assert.equal(isMet({ name: 'a', value: 1, unit: 's' }), undefined);
    assert.equal(isMet({ name: 'a', value: 10, unit: 'x', target: { atLeast: 10 } }), true);
    assert.deepEqual([1234.5, 12.345, 0.012345].map(shown), ['1235', '12.3', '0.0123']);
    assert.equal(median([3, 1, 10, 2]), 2.5);
  });
});
