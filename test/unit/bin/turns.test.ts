import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ofTurn } from '../../support/of-turn.js';
import { projectRoot } from '../../support/source/source-imports.js';

type Seconds = Readonly<Record<string, number>>;
interface Turns {
  readonly turnCount: number;
  readonly longSeconds: number;
  readonly always: Readonly<Record<string, string>>;
  turnsOf(files: readonly string[], seconds: Seconds): string[][];
  turnOf(commit: string | undefined, rotation?: string, turn?: string): number | undefined;
  takeTurns(
    files: readonly string[],
    turns: readonly (readonly string[])[],
    chosen: number | undefined,
  ): { readonly files: string[]; readonly later: string[] };
}

/** A module of bin/test, which is plain JavaScript. */
const load = <T>(name: string): Promise<T> =>
  import(pathToFileURL(join(projectRoot, 'bin', 'test', name)).href) as Promise<T>;

describe('files that take turns', () => {
  let of: Turns;
  let secondsOf: (file: string, seconds: Seconds) => number;
  let files: string[];
  let majorsOf: (turn: number | undefined) => number[];
  let turns: string[][];
  const seconds = JSON.parse(readFileSync(join(projectRoot, 'test', 'seconds.json'), 'utf8')) as Seconds;

  before(async () => {
    of = await load<Turns>('turns.mjs');
    ({ secondsOf } = await load<{ secondsOf: typeof secondsOf }>('seconds.mjs'));
    ({ majorsOf } = await load<{ majorsOf: typeof majorsOf }>('node-versions.mjs'));
    const lanes = await load<{ testFiles(root: string, tiers: string[]): string[] }>('lanes.mjs');
    const tiers = ['architecture', 'unit', 'contract', 'integration', 'acceptance'];
    files = lanes.testFiles(projectRoot, tiers);
    turns = of.turnsOf(files, seconds);
  });

  it('are all long ones but those that are named as always, which are there', () => {
    for (const [file, guards] of Object.entries(of.always))
      assert.ok(existsSync(join(projectRoot, file)) && guards !== '', file);
    const long = files.filter(
      (file) =>
        !/^test.(architecture|unit)/.test(file) &&
        secondsOf(file, seconds) >= of.longSeconds &&
        !(file in of.always),
    );
    assert.deepEqual(turns.flat().sort(), long.sort());
    const twenty = Object.entries(seconds).filter(([file, took]) => took >= 20 && !(file in of.always));
    assert.ok(twenty.length > 50);
    assert.deepEqual(
      twenty.filter(([file]) => turns.filter((turn) => turn.includes(file)).length !== 1),
      [],
    );
  });

  it('leave a run of thirteen minutes on two lanes, beside its preparation', () => {
    for (const turn of turns.keys()) {
      const { files: run } = of.takeTurns(files, turns, turn);
      const sum = run.reduce((total, file) => total + secondsOf(file, seconds), 0);
      assert.ok(sum <= 2 * 13 * 60, `the files of turn ${turn} come to ${sum} s`);
    }
  });

  it('come in turns of about the same length, none longer than another by a tenth', () => {
    const sums = turns.map((turn) => turn.reduce((total, file) => total + secondsOf(file, seconds), 0));
    assert.equal(sums.length, of.turnCount);
    assert.ok(Math.max(...sums) <= 1.1 * Math.min(...sums), String(sums));
  });

  it('have a new acceptance test, which has no number yet, among them, and no new test of a fast tier', () => {
    const [slow, fast] = ['test/acceptance/new.test.ts', 'test/unit/new.test.ts'];
    const now = of.turnsOf([...files, slow, fast], seconds).flat();
    assert.deepEqual([now.includes(slow), now.includes(fast)], [true, false]);
  });

  it('run one turn a commit, all over the commits, and what takes no turns always', () => {
    const [short, seen] = ['test/unit/bin/turns.test.ts', new Set<string>()];
    const some = [short, ...turns.flat()];
    for (const commit of [
      ...turns.map((_, turn) => `000000${turn.toString(16).padStart(2, '0')}aa`),
      '1cb7dddfaa',
      'ffffffffaa',
    ]) {
      const { files: run, later } = of.takeTurns(some, turns, of.turnOf(commit));
      assert.deepEqual([...run, ...later].sort(), [...some].sort());
      assert.equal(run[0], short);
      assert.ok(
        turns.some((turn) => turn.every((file) => run.includes(file)) && run.length === turn.length + 1),
      );
      for (const file of run) seen.add(file);
    }
    assert.deepEqual([...seen].sort(), [...some].sort());
  });

  it('all run where no commit is known, and where that is asked for', () => {
    assert.deepEqual([of.turnOf(undefined), of.turnOf('00000001aa', 'all', '3')], [undefined, undefined]);
    assert.deepEqual(of.takeTurns(files, turns, undefined), { files, later: [] });
  });

  it('run by the turn that is asked for', () => {
    assert.deepEqual(
      [of.turnOf('00000001aa', undefined, '0'), of.turnOf(undefined, undefined, `${of.turnCount - 1}`)],
      [0, of.turnCount - 1],
    );
    for (const turn of [`${of.turnCount}`, '-1', '1.5', '', 'x'])
      assert.throws(
        () => of.turnOf(undefined, undefined, turn),
        /is not a valid TEST_TURN: expected a number/,
      );
  });

  it('have the fast tiers under another release of Node.js with every other one, all where all run', () => {
    assert.deepEqual(
      [0, 1, 2].map((turn) => majorsOf(turn)),
      [[22], [24], [22]],
    );
    assert.deepEqual(majorsOf(undefined), [22, 24]);
  });

  it('have one of the cases that a file gives turns; all of them where nobody says a turn', () => {
    const cases = ['build', 'start', 'live'];
    assert.deepEqual(
      ['0', '4', '19'].map((turn) => ofTurn(cases, { TEST_TURN: turn })),
      [['build'], ['start'], ['start']],
    );
    assert.deepEqual(
      new Set(turns.flatMap((_, turn) => ofTurn(cases, { TEST_TURN: `${turn}` }))),
      new Set(cases),
    );
    assert.deepEqual(ofTurn(cases, {}), cases);
  });
});
