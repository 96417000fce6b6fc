// Test files that build apps of one language with its own tools for minutes take turns, so that the suite stays short
// as languages are added: a third of them run on a commit, by its hash. TEST_ROTATION=all runs them all, and so does a
// run that names no commit.
import { spawnSync } from 'node:child_process';

const folder = 'test/integration/server/builder';
/** What takes turns: a commit has one of these. */
export const turns = [
  [`${folder}/java-apps.test.ts`, `${folder}/php-apps.test.ts`],
  [`${folder}/python-apps.test.ts`, `${folder}/ruby-apps.test.ts`, `${folder}/ruby-runtimes.test.ts`],
  [`${folder}/go-apps.test.ts`, `${folder}/node-managers.test.ts`],
];

/**
 * @param commit in hexadecimal digits; undefined where there is none
 * @param rotation of TEST_ROTATION
 * @returns the `files` that run, and those `later` ones whose turn it is not
 */
export function takeTurns(files, commit, rotation) {
  if (commit === undefined || rotation === 'all') return { files, later: [] };
  const chosen = Number.parseInt(commit.slice(0, 8), 16) % turns.length;
  const later = turns.filter((_, turn) => turn !== chosen).flat();
  return {
    files: files.filter((file) => !later.includes(file)),
    later: files.filter((file) => later.includes(file)),
  };
}

/** The commit of a checkout. */
export function commitOf(root) {
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
