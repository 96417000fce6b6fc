// The longest test files take turns, so that the suite stays short as it grows: of all of six seconds and more a
// twentieth runs on a commit, by its hash, and each turn takes about as long. On every commit run those of `always`,
// which guard what the product promises, the fast tiers, and all short files. TEST_ROTATION=all runs them all, as does
// a run that names no commit; TEST_TURN=3 those of that turn, of 0 to 19.
import { spawnSync } from 'node:child_process';
import { isFast, secondsOf } from './seconds.mjs';

/** More of them would not be shorter: the longest file alone takes as long as a turn. */
export const turnCount = 20;
/** A file that takes as long as this takes turns. */
export const longSeconds = 6;

const acceptance = 'test/acceptance';
const integration = 'test/integration/server';
/** Long files that run on every commit, and what they guard. */
export const always = {
  [`${acceptance}/story.test.ts`]: 'the whole story, and the controller killed in midst of each step',
  [`${acceptance}/nobody-notices.test.ts`]: 'changes and kills under load that nobody notices',
  [`${acceptance}/abuse.test.ts`]: 'bounds of what users and strangers send',
  [`${acceptance}/secrets.test.ts`]: 'secrets that reach no log, event, argv or error',
  [`${acceptance}/dashboard.test.ts`]: 'the main walk of the dashboard',
  [`${integration}/git/git-push.test.ts`]: 'a push',
  [`${integration}/formation/deploy/deploy-release.test.ts`]: 'a deploy',
  [`${integration}/api/every-route.test.ts`]: 'every route',
  [`${integration}/api/every-scope.test.ts`]: 'every route by the scopes of tokens',
  [`${integration}/api/roles.test.ts`]: 'every route by roles',
  [`${integration}/api/masked-values.test.ts`]: 'secrets of a formation that only some may read',
  [`${integration}/operation/worker.test.ts`]: 'operations that go on when their worker is killed',
  'test/integration/faults-of-2013/deploys.test.ts': 'what went wrong in deploys of 2013',
};

/**
 * What takes turns: a commit has one of these. The longest files come first, each into the turn that is shortest by
 * then.
 *
 * @param files all test files that there are
 * @param seconds of files, see `seconds.mjs`
 */
export function turnsOf(files, seconds) {
  const weight = (file) => secondsOf(file, seconds);
  const long = files.filter((file) => !isFast(file) && !(file in always) && weight(file) >= longSeconds);
  const turns = Array.from({ length: turnCount }, () => ({ files: [], seconds: 0 }));
  for (const file of long.sort((a, b) => weight(b) - weight(a) || (a < b ? -1 : 1))) {
    const shortest = turns.reduce((least, turn) => (turn.seconds < least.seconds ? turn : least));
    shortest.files.push(file);
    shortest.seconds += weight(file);
  }
  return turns.map(({ files }) => files);
}

/**
 * @param commit in hexadecimal digits; undefined where there is none
 * @param rotation of TEST_ROTATION
 * @param turn of TEST_TURN, in place of the commit's
 * @returns the number of the turn that runs; undefined where all of them do
 */
export function turnOf(commit, rotation, turn) {
  const number = Number(turn);
  if (turn !== undefined && !(/^\d+$/.test(turn) && number < turnCount))
    throw new Error(`${turn} is not a valid TEST_TURN: expected a number from 0 to ${turnCount - 1}, e.g. 3`);
  if (rotation === 'all') return undefined;
  if (turn !== undefined) return number;
  return commit === undefined ? undefined : Number.parseInt(commit.slice(0, 8), 16) % turnCount;
}

/**
 * @param turns of all test files
 * @param chosen the number of the turn that runs; undefined for all
 * @returns the `files` that run, and those `later` ones whose turn it is not
 */
export function takeTurns(files, turns, chosen) {
  const later = new Set(chosen === undefined ? [] : turns.filter((_, other) => other !== chosen).flat());
  return {
    files: files.filter((file) => !later.has(file)),
    later: files.filter((file) => later.has(file)),
  };
}

/** The commit of a checkout. */
export function commitOf(root) {
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
