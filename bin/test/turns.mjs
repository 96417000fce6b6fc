// The longest test files take turns, so that the suite stays short as it grows: a quarter of them run on a commit,
// by its hash. They are builds of languages, and those of which a shorter file on every commit shows the main case:
// another way to install or to build, a further suite, a restore of another kind. TEST_ROTATION=all runs them all,
// and so does a run that names no commit.
import { spawnSync } from 'node:child_process';

const builder = 'test/integration/server/builder';
const acceptance = 'test/acceptance';
/** What takes turns: a commit has one of these. */
export const turns = [
  [
    `${builder}/java-apps.test.ts`,
    `${builder}/php-apps.test.ts`,
    `${acceptance}/dockerfile.test.ts`,
    `${acceptance}/cookbooks.test.ts`,
    `${acceptance}/two-boxes.test.ts`,
    `${acceptance}/upgrade.test.ts`,
    `${acceptance}/ec2-story.test.ts`,
    `${acceptance}/dashboard-layers.test.ts`,
  ],
  [
    `${builder}/python-apps.test.ts`,
    `${builder}/ruby-runtimes.test.ts`,
    `${acceptance}/docker-node.test.ts`,
    `${acceptance}/lost-node.test.ts`,
    `${acceptance}/restore-drill.test.ts`,
    `${acceptance}/resources.test.ts`,
    'test/integration/server/git/git-quota.test.ts',
    `${acceptance}/dashboard-settings.test.ts`,
  ],
  [
    `${builder}/go-apps.test.ts`,
    `${builder}/ruby-apps.test.ts`,
    `${builder}/dockerfile/image-builder.test.ts`,
    `${acceptance}/package.test.ts`,
    `${acceptance}/disk.test.ts`,
    `${acceptance}/node-alone.test.ts`,
    'test/integration/server/formation/killed-on-ec2.test.ts',
    `${acceptance}/dashboard-app.test.ts`,
  ],
  [
    `${builder}/node-managers.test.ts`,
    'test/integration/server/backup/point-in-time.test.ts',
    `${acceptance}/static-hosts.test.ts`,
    `${acceptance}/proxy-converge.test.ts`,
    `${acceptance}/operations.test.ts`,
    `${acceptance}/dashboard-nodes.test.ts`,
    `${acceptance}/primary-lost.test.ts`,
    `${acceptance}/build-host.test.ts`,
    `${acceptance}/install.test.ts`,
  ],
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
