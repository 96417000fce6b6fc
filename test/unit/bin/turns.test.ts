import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../support/source/source-imports.js';

interface Turns {
  readonly turns: readonly (readonly string[])[];
  takeTurns(
    files: readonly string[],
    commit: string | undefined,
    rotation?: string,
    turn?: string,
  ): { readonly files: string[]; readonly later: string[] };
}

describe('files that take turns', () => {
  let turns: Turns['turns'];
  let takeTurns: Turns['takeTurns'];
  let files: string[];

  before(async () => {
    const path = pathToFileURL(join(projectRoot, 'bin', 'test', 'turns.mjs')).href;
    ({ turns, takeTurns } = (await import(path)) as Turns);
    files = ['test/unit/bin/turns.test.ts', ...turns.flat()];
  });

  it('are there', () => {
    assert.ok(turns.length > 1);
    for (const file of turns.flat()) assert.ok(existsSync(join(projectRoot, file)), file);
  });

  it('run one turn a commit, all over the commits, and what takes no turns always', () => {
    const seen = new Set<string>();
    for (const commit of [
      ...turns.map((_, turn) => `0000000${turn.toString(16)}aa`),
      '1cb7dddfaa',
      'ffffffffaa',
    ]) {
      const { files: run, later } = takeTurns(files, commit);
      assert.deepEqual([...run, ...later].sort(), [...files].sort());
      assert.equal(run[0], files[0]);
      assert.ok(
        turns.some((turn) => turn.every((file) => run.includes(file)) && run.length === turn.length + 1),
      );
      for (const file of run) seen.add(file);
    }
    assert.deepEqual([...seen].sort(), [...files].sort());
  });

  it('all run where no commit is known, and where that is asked for', () => {
    assert.deepEqual(takeTurns(files, undefined).later, []);
    assert.deepEqual(takeTurns(files, '00000001aa', 'all').later, []);
  });

  it('run by the turn that is asked for', () => {
    assert.deepEqual(takeTurns(files, '00000001aa', undefined, '0').files, [files[0], ...turns[0]!]);
    assert.throws(
      () => takeTurns(files, undefined, undefined, '12'),
      /12 is not a valid TEST_TURN: expected a/,
    );
  });
});
