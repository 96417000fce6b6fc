import { UserError } from '../../base/errors.js';

/** An app of examples/ and what shows that it is deployed. */
export interface ExampleApp {
  readonly name: string;
  /** A file of the registry that its build downloads from; absent where it downloads nothing but Node.js. */
  readonly registry?: string;
  /** What its first page says; absent for an app without a web process. */
  readonly page?: RegExp;
  /** A process type that is scaled to 1, and a line that it then logs. */
  readonly logs?: { readonly type: string; readonly line: RegExp };
  /** What its push says. */
  readonly says: readonly RegExp[];
  /** When `npm test` deploys it: every time, when its turn comes, or in the test of this file. */
  readonly when: 'always' | 'by turns' | { readonly test: string };
}

const npm = 'https://registry.npmjs.org/express';
const pypi = 'https://pypi.org/simple/';
const go = 'https://proxy.golang.org/golang.org/toolchain/@v/list';
const maven = 'https://repo.maven.apache.org/maven2/org/apache/maven/maven-parent/44/maven-parent-44.pom';

/**
 * The apps of examples/, in the order in which they are deployed to one formation: Django's is before those that
 * have no app.json, since that of the first push alone is heeded.
 */
export const exampleApps: readonly ExampleApp[] = [
  {
    name: 'django-hello',
    registry: pypi,
    page: /Hello from Django, release v\d+, on sqlite/,
    says: [
      /Config from app\.json: SECRET_KEY \(generated\)/,
      /1 static file copied/,
      /Running the release phase of v\d+/,
      /Applying sessions\.0001_initial\.\.\. OK/,
    ],
    when: 'by turns',
  },
  {
    name: 'java-hello',
    registry: maven,
    page: /^Hello from Java, release v\d+\n$/,
    says: [/Java app detected/],
    when: 'by turns',
  },
  {
    name: 'go-hello',
    registry: go,
    page: /^Hello from Go, release v\d+\n$/,
    says: [/Go app detected/],
    when: 'by turns',
  },
  {
    name: 'node-pnpm',
    registry: npm,
    page: /^Hello from a pnpm workspace/,
    says: [/pnpm/],
    when: 'by turns',
  },
  {
    name: 'express-hello',
    registry: npm,
    page: /^Hello from Express, release v\d+ of bench\n$/,
    says: [/Node\.js app detected/],
    when: 'always',
  },
  {
    name: 'flask-hello',
    registry: pypi,
    page: /^Powered by Flask, v\d+\n$/,
    says: [/Python app detected/, /Running the release phase of v\d+/, /hello +GET +\//],
    when: 'always',
  },
  {
    name: 'ruby-hello',
    page: /^Hello from Ruby 3\.\d+\.\d+, release v\d+\n$/,
    says: [/Ruby app detected/, /Using Ruby 3/],
    when: 'always',
  },
  {
    name: 'php-hello',
    page: /^Hello from PHP 8\.\d+\.\d+, release v\d+\n$/,
    says: [/PHP app detected/, /Using PHP 8/],
    when: 'always',
  },
  { name: 'static-site', page: /<!doctype html>/i, says: [/Static files/], when: { test: 'static-hosts' } },
  {
    name: 'dockerfile-app',
    page: /^Hello from an image, nobody: release v\d+, uid 33\n$/,
    says: [/FROM deis\/stack/],
    when: { test: 'dockerfile' },
  },
  {
    name: 'node-hello',
    page: /^Hello from Deis, release v\d+/,
    says: [/Node\.js app/],
    when: { test: 'story' },
  },
  {
    name: 'procfile-worker',
    logs: { type: 'worker', line: /app\[worker\.1\]: tick 1 of bench, release v\d+/ },
    says: [/Procfile/],
    when: 'always',
  },
];

/**
 * Those that are deployed on a day: each of every time, and of those by turns one, another one each day of UTC.
 * @param rotation of TEST_ROTATION: `all`, or the name of one
 * @throws UserError for another rotation
 */
export function examplesOf(day: Date, rotation: string | undefined): readonly ExampleApp[] {
  if (rotation === 'all') return exampleApps;
  const byTurns = exampleApps.filter(({ when }) => when === 'by turns');
  const turn =
    rotation === undefined
      ? byTurns[Math.floor(day.getTime() / 86_400_000) % byTurns.length]
      : byTurns.find(({ name }) => name === rotation);
  if (turn === undefined)
    throw new UserError(
      `${rotation} is not a valid TEST_ROTATION: expected all, or one of ` +
        byTurns.map(({ name }) => name).join(', '),
    );
  return exampleApps.filter((example) => example.when === 'always' || example === turn);
}
