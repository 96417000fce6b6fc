import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/source-imports.js';

type Where = readonly [file: string, title: string];

/** What was wrong with the original, and the tests that fail should it come back. */
const faults: Readonly<Record<string, readonly Where[]>> = {
  "looked the formation up by id without its owner, so that every user could read another user's config": [
    ['test/integration/server/api/every-route.test.ts', 'tells what is missing from what is somebody else'],
    [
      'test/integration/server/git/git-push.test.ts',
      "somebody else's formation and one that is not there, in the same words",
    ],
  ],
  'releases:info vN always returned the newest': [
    [
      'test/integration/server/api/formations.test.ts',
      'the release of the version asked for, not the newest',
    ],
  ],
  'two users and one formation name collided': [
    ['test/integration/server/api/formations.test.ts', 'unique among all users'],
    ['test/integration/server/store/stores.test.ts', 'is one name for all users, and nobody else sees it'],
  ],
  'user names with "_" broke pushes, or were taken for somebody else': [
    ['test/integration/server/git/user-names.test.ts', 'knows who pushes by the key alone'],
  ],
  'three endless loops had no deadline': [
    ['test/architecture/import-direction.test.ts', 'one loop sleeps: base/wait-until.ts'],
    [
      'test/integration/server/operation/worker.test.ts',
      'abort at their deadline, and fail the operation with the step',
    ],
    ['test/unit/provisioner/ssh/wait-for-ssh.test.ts', 'deadline'],
  ],
  'terminated the oldest nodes first, before containers were moved or proxies touched': [
    [
      'test/integration/server/formation/layers/scale-layers.test.ts',
      'drains first: containers run elsewhere and proxies know it before a node goes',
    ],
    ['test/integration/server/formation/layers/scale-layers-on-ec2.test.ts', 'takes the newest away first'],
  ],
  'gave secrets out over the API': [
    ['test/integration/server/api/own-things.test.ts', 'take credentials and never give them out'],
    ['test/integration/server/api/formations.test.ts', 'have layers, whose private keys stay inside'],
    [
      'test/acceptance/secrets.test.ts',
      'are in nothing that a command printed, save to those who asked for config',
    ],
  ],
  'a truncated or 404 body became the slug for ever; the checksum was never verified': [
    [
      'test/acceptance/runtime-converge.test.ts',
      'never unpacks a slug with another checksum, or one that cannot be fetched',
    ],
  ],
  'source code was public': [
    ['test/integration/server/slug/slug-server.test.ts', 'tells forged, expired and missing apart'],
    ['test/unit/server/slug/sign-url.test.ts', 'hold for one path, one time and one key'],
  ],
  'config stood unescaped in single quotes, in a file of mode 0644': [
    ['test/acceptance/runtime-converge.test.ts', 'gives the app every value exactly'],
    [
      'test/unit/provisioner/converge/resources/docker-container.test.ts',
      'hands any environment value to Docker exactly',
    ],
    ['test/acceptance/secrets.test.ts', 'on nodes only where root alone reads'],
  ],
  'a pipe to logger lost the exit status, and two deaths in ten seconds ended an app for good': [
    ['test/acceptance/runtime-converge.test.ts', 'restarts an app that dies, by itself'],
    ['test/acceptance/story.test.ts', 'when the new one never listens, and shows its last log lines'],
  ],
  'two apps on a node collided': [
    [
      'test/unit/cookbooks/deis/definitions/app-container.test.ts',
      'names containers of two formations apart',
    ],
    ['test/integration/server/store/stores.test.ts', 'refuses two containers on one port of a node'],
    [
      'test/unit/server/formation/placement/place-containers.test.ts',
      'never gives out a port that a row of the node holds',
    ],
  ],
  'any formation without proxy nodes broke converging for all': [
    ['test/integration/server/formation/deploy/deploy-release.test.ts', 'goes live without a proxy'],
  ],
  'run went to a random node, without the config': [
    ['test/unit/server/formation/runs/one-off-program.test.ts', 'gives the container its config exactly'],
    ['test/integration/server/formation/runs/run-and-logs.test.ts', 'the config being in no argument'],
  ],
};

describe('the original', () => {
  for (const [fault, tests] of Object.entries(faults)) {
    it(`${fault}: tests keep that from coming back`, () => {
      const missing = tests.filter(([file, title]) => !titlesOf(file).some((line) => line.includes(title)));
      assert.deepEqual(missing, []);
    });
  }
});

/** Lines of a test file that begin a case or a group. */
function titlesOf(file: string): string[] {
  return readFileSync(join(projectRoot, file), 'utf8')
    .split('\n')
    .filter((line) => /^\s*(it|describe)\(/.test(line))
    .map((line) => line.replaceAll("\\'", "'"));
}
