// The longest test files take turns, so that the suite stays short as it grows: an eleventh of them runs on a
// commit, by its hash. On every commit run the whole story, a push, a deploy that nobody notices, the controller
// killed in midst of each step, secrets, abuse, the dashboard, every route with every role, and all files of some
// seconds.
// TEST_ROTATION=all runs them all, as does a run that names no commit; TEST_TURN=3 those of that turn, of 0 to 10.
import { spawnSync } from 'node:child_process';

const acceptance = 'test/acceptance';
const builder = 'test/integration/server/builder';
const integration = 'test/integration/server';
/** What takes turns: a commit has one of these. Each has some of every kind. */
export const turns = [
  [
    `${acceptance}/build-host.test.ts`,
    `${acceptance}/images.test.ts`,
    `${acceptance}/install.test.ts`,
    `${acceptance}/node-alone.test.ts`,
    `${acceptance}/tls.test.ts`,
    `${integration}/formation/layers/scale-layers.test.ts`,
  ],
  [
    `${acceptance}/dashboard-layers.test.ts`,
    `${acceptance}/install-isolated.test.ts`,
    `${integration}/acme/refused.test.ts`,
    `${builder}/go-apps.test.ts`,
    `${integration}/formation/killed-on-ec2.test.ts`,
    `${integration}/formation/requests/cancelled.test.ts`,
  ],
  [
    `${acceptance}/dashboard-long-names.test.ts`,
    `${acceptance}/logs.test.ts`,
    `${acceptance}/on-paper.test.ts`,
    `${acceptance}/two-boxes.test.ts`,
    `${builder}/java-apps.test.ts`,
    `${builder}/s3-slug.test.ts`,
    `${integration}/formation/release-phase/release-phase.test.ts`,
  ],
  [
    `${acceptance}/cookbooks.test.ts`,
    `${acceptance}/dashboard-nginx.test.ts`,
    `${acceptance}/ec2-story.test.ts`,
    'test/contract/ec2-provider.test.ts',
    `${builder}/containers/build-disk.test.ts`,
    `${builder}/dockerfile/image-builder.test.ts`,
    `${builder}/ruby-apps.test.ts`,
  ],
  [
    `${acceptance}/dashboard-app.test.ts`,
    `${acceptance}/package.test.ts`,
    `${acceptance}/proxy-converge.test.ts`,
    `${acceptance}/services.test.ts`,
    `${integration}/backup/backup.test.ts`,
    `${builder}/ruby-runtimes.test.ts`,
    `${integration}/git/git-survival.test.ts`,
  ],
  [
    `${acceptance}/install-acme.test.ts`,
    `${acceptance}/operations.test.ts`,
    `${acceptance}/registry-pull.test.ts`,
    `${acceptance}/static-hosts.test.ts`,
    'test/contract/s3-blobs.test.ts',
    `${builder}/containers/build-network.test.ts`,
    `${integration}/formation/deploy/run-postdeploy.test.ts`,
  ],
  [
    `${acceptance}/resources.test.ts`,
    `${integration}/acme/own/pebble.test.ts`,
    `${integration}/backup/point-in-time.test.ts`,
    `${builder}/build-slug.test.ts`,
    `${builder}/php-apps.test.ts`,
    `${integration}/git/git-push-cases.test.ts`,
  ],
  [
    `${acceptance}/dashboard-nodes.test.ts`,
    `${acceptance}/examples.test.ts`,
    `${acceptance}/move.test.ts`,
    `${acceptance}/primary-lost.test.ts`,
    `${builder}/node-managers.test.ts`,
    `${integration}/git/git-quota.test.ts`,
    `${integration}/metrics/metrics.test.ts`,
  ],
  [
    `${acceptance}/dashboard-settings.test.ts`,
    `${acceptance}/docker-node.test.ts`,
    `${acceptance}/restore-drill.test.ts`,
    `${acceptance}/runtime-converge.test.ts`,
    'test/contract/launch-faults.test.ts',
    `${integration}/main.test.ts`,
    `${integration}/own-certificate.test.ts`,
  ],
  [
    `${acceptance}/dashboard-oidc.test.ts`,
    `${acceptance}/dockerfile.test.ts`,
    `${acceptance}/one-box.test.ts`,
    `${acceptance}/upgrade.test.ts`,
    `${builder}/python-apps.test.ts`,
    `${integration}/drains/drains.test.ts`,
    `${integration}/store/postgres/embedded-postgres.test.ts`,
  ],
  [
    `${acceptance}/dashboard-services.test.ts`,
    `${acceptance}/disk.test.ts`,
    `${acceptance}/guests.test.ts`,
    `${acceptance}/lost-node.test.ts`,
    `${acceptance}/quickstart-debian-13.test.ts`,
    `${integration}/formation/desired-state.test.ts`,
    `${integration}/git/connections/git-connections.test.ts`,
  ],
];

/**
 * @param commit in hexadecimal digits; undefined where there is none
 * @param rotation of TEST_ROTATION
 * @param turn of TEST_TURN, in place of the commit's
 * @returns the `files` that run, and those `later` ones whose turn it is not
 */
export function takeTurns(files, commit, rotation, turn) {
  if (turn !== undefined && turns[turn] === undefined)
    throw new Error(`${turn} is not a valid TEST_TURN: expected a number from 0 to ${turns.length - 1}`);
  if (rotation === 'all' || (commit === undefined && turn === undefined)) return { files, later: [] };
  const chosen = Number(turn ?? Number.parseInt(commit.slice(0, 8), 16) % turns.length);
  const later = turns.filter((_, other) => other !== chosen).flat();
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
