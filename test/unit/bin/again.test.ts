import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../support/source/source-imports.js';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}
interface Failure {
  readonly title: string;
  readonly message: string;
  readonly file?: string;
}
interface Summary extends Counts {
  readonly failures: readonly Failure[];
  readonly files: Readonly<Record<string, Counts>>;
}
interface Again {
  filesAgain(summaries: readonly (Summary | null)[]): string[];
  afterAgain(
    summaries: readonly Summary[],
    again: Summary | null,
  ): { readonly summaries: Summary[]; readonly flaky: Failure[] };
}

describe('test files that failed', () => {
  let again: Again;

  before(async () => {
    again = (await import(pathToFileURL(join(projectRoot, 'bin/test/again.mjs')).href)) as Again;
  });

  /** A lane with files of so many passed and failed tests each. */
  const lane = (files: Record<string, readonly [number, number]>): Summary => {
    const counts = Object.entries(files).map(
      ([file, [passed, failed]]) => [file, { passed, failed, skipped: 0 }] as const,
    );
    const sum = (field: 'passed' | 'failed'): number =>
      counts.reduce((total, [, of]) => total + of[field], 0);
    const failures = counts.flatMap(([file, { failed }]) =>
      Array.from({ length: failed }, (_, n) => ({ title: `${file} ${n}`, message: 'why', file })),
    );
    return {
      passed: sum('passed'),
      failed: sum('failed'),
      skipped: 0,
      failures,
      files: Object.fromEntries(counts),
    };
  };
  const totals = (summaries: readonly Summary[]): number[] =>
    (['passed', 'failed', 'skipped'] as const).map((field) =>
      summaries.reduce((total, summary) => total + summary[field], 0),
    );

  it('run once more, each once', () => {
    assert.deepEqual(again.filesAgain([lane({ a: [3, 2], b: [1, 0] }), lane({ c: [0, 1] })]), ['a', 'c']);
    assert.deepEqual(again.filesAgain([lane({ a: [3, 0] })]), []);
  });

  it('do not when many failed, a lane broke off, or nobody knows the file', () => {
    assert.deepEqual(again.filesAgain([lane({ a: [0, 1], b: [0, 1], c: [0, 1], d: [0, 1] })]), []);
    assert.deepEqual(again.filesAgain([lane({ a: [0, 1] }), null]), []);
    const nowhere = { ...lane({ a: [0, 1] }), failures: [{ title: 'a 0', message: 'why' }] };
    assert.deepEqual(again.filesAgain([nowhere]), []);
  });

  it('count as their second run, and what did not fail again is flaky', () => {
    const first = [lane({ a: [3, 2], b: [1, 0] }), lane({ c: [5, 0] })];
    const { summaries, flaky } = again.afterAgain(first, lane({ a: [5, 0] }));
    assert.deepEqual(totals(summaries), [11, 0, 0]);
    assert.deepEqual(
      flaky.map(({ title }) => title),
      ['a 0', 'a 1'],
    );
  });

  it('stay failed where they fail again, or the second run broke off', () => {
    const first = [lane({ a: [3, 2], b: [1, 0] })];
    const { summaries, flaky } = again.afterAgain(first, lane({ a: [4, 1] }));
    assert.deepEqual(totals(summaries), [5, 1, 0]);
    assert.deepEqual(
      flaky.map(({ title }) => title),
      ['a 1'],
    );
    assert.deepEqual(again.afterAgain(first, null), { summaries: first, flaky: [] });
  });
});
