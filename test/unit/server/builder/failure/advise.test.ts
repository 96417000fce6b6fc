import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adviceFor } from '../../../../../server/builder/failure/advise.js';
import { BuildFailure } from '../../../../../server/builder/failure/build-failure.js';
import { knownCauses } from '../../../../../server/builder/failure/known-causes.js';
import { projectRoot } from '../../../../support/source/source-imports.js';

const folder = join(projectRoot, 'test/fixtures/build-failures');
const linesOf = (file: string): string[] => readFileSync(join(folder, file), 'utf8').split('\n');
const ended = 'the build failed: bin/compile of https://example.com/x.git failed (exit code 1)';

/** Output of builds as people have reported it -> the cause that must be named, and what its advice says. */
const causes: Readonly<Record<string, readonly [cause: string, advice: RegExp]>> = {
  '01-nixpkgs-archive.txt': [
    'nixpkgs-archive',
    /^The archive of nixpkgs could not be fetched: push again later/,
  ],
  '02-nix-version.txt': ['nix-version', /do not know that version: .*engines\.node/],
  '03-node-of-builder.txt': ['node-version', /needs another Node\.js .* `engines\.node` in package\.json/],
  '04-github-rate-limit.txt': ['github-rate-limit', /only so many requests an hour .*GITHUB_TOKEN/],
  '05-mise-registry.txt': ['mise-registry', /^mise could not ask its registry in time: name exact versions/],
  '06-attestation.txt': ['attestation', /signature of a tool could not be verified: name the exact version/],
  '07-dns-to-bucket.txt': [
    'host-unknown',
    /^Builds cannot look up heroku-buildpack-python\.s3\.us-east-1\.amazonaws\.com: .*docs\/operating\.md/,
  ],
  '08-host-down.txt': ['host-down', /^nodejs\.org does not answer/],
  '09-slow-download.txt': [
    'slow-download',
    /^The download from heroku-buildpack-ruby\.s3\.us-east-1\.amazonaws\.com was too slow/,
  ],
  '10-truncated-tarball.txt': ['cut-download', /^A download was cut off: push again; .*builds:cache clear/],
  '11-air-gapped.txt': [
    'refused-file',
    /^java-buildpack\.cloudfoundry\.org refuses to give the file \(403\)/,
  ],
  '13-clone-hangs.txt': [
    'buildpack-not-fetched',
    /cannot fetch from github\.com now: copy the buildpack into/,
  ],
  '14-stale-modules.txt': ['stale-modules', /compiled for another Node\.js: .*builds:cache clear/],
  '15-memory.txt': ['no-memory', /needs more memory .*max-old-space-size.*DEIS_BUILD_MEMORY/],
  '16-disk-full.txt': ['no-space', /needs more disk .*DEIS_BUILD_DISK/],
  'npm-registry.txt': [
    'npm-registry',
    /^Builds cannot reach registry\.npmjs\.org: .*DEIS_NPM_REGISTRY, or \.npmrc/,
  ],
  'pypi-index.txt': ['pypi-registry', /^Builds cannot reach .*DEIS_PYPI_INDEX/],
  'dockerfile-base-not-reached.txt': [
    'base-image-not-reached',
    /^Builds cannot reach the registry of the image in FROM: begin with the stack \(`FROM deis\/stack`\)/,
  ],
  'dockerfile-copied-file.txt': ['copied-file-missing', /^COPY names a file that is not in what was pushed/],
  'dockerfile-unknown-instruction.txt': ['unknown-instruction', /a word that is no instruction/],
  'dockerfile-no-stage.txt': ['no-such-stage', /`FROM \.\.\. AS NAME` gives a stage one/],
  'go-proxy.txt': ['go-registry', /^Builds cannot reach proxy\.golang\.org: .*DEIS_GOPROXY/],
  'maven-central.txt': [
    'maven-registry',
    /^Builds cannot reach repo\.maven\.apache\.org: .*DEIS_MAVEN_MIRROR/,
  ],
  'rubygems.txt': ['rubygems-registry', /^Builds cannot reach rubygems\.org: .*DEIS_RUBYGEMS_MIRROR/],
  'packagist.txt': [
    'composer-repository',
    /^Composer cannot reach repo\.packagist\.org: .*git add -f vendor/,
  ],
  'composer-lock.txt': ['composer-out-of-step', /`composer update`/],
  'lock-out-of-step.txt': ['lock-out-of-step', /lock file is not in step/],
  'headers-missing.txt': ['headers-missing', /psycopg\[binary\]/],
};

describe('advice for a failed build', () => {
  for (const [file, [name, advice]] of Object.entries(causes))
    it(`names ${name} in ${file}`, () => {
      const said = adviceFor(linesOf(file), ended);
      assert.match(said, advice);
      const { advice: own } = knownCauses.find((cause) => cause.name === name)!;
      const [before = '', after = ''] = own.split('{host}');
      assert.ok(said.startsWith(before) && said.endsWith(after), `${said} is not the advice of ${name}`);
      assert.doesNotMatch(said, /\n|\{host\}/);
    });

  it('says how to make a build speak that gives no reason at all', () =>
    assert.match(
      adviceFor(linesOf('12-no-reason.txt'), ended),
      /^The build says nothing of why it failed: .*set -x/,
    ));

  it('says that it knows no cause where there is none, and invents nothing', () =>
    assert.match(adviceFor(linesOf('unknown.txt'), ended), /^No known cause: .*`deis builds:output`/));

  it('has a fixture for each of the 16, and an expectation for each fixture', () => {
    const files = readdirSync(folder);
    assert.equal(files.filter((file) => /^\d\d-/.test(file)).length, 16);
    const expected = [...Object.keys(causes), '12-no-reason.txt', 'unknown.txt'];
    assert.deepEqual(files.sort(), expected.sort());
  });

  it('knows what the builder itself ended a build for', () => {
    for (const [reason, advice] of [
      ['the build ran out of memory: it may use 512 MB (DEIS_BUILD_MEMORY)', /needs more memory/],
      ['the build was not done within 900 s (DEIS_BUILD_SECONDS)', /waits for an answer/],
      ['the build wrote too much to disk: it may use 1 MB (DEIS_BUILD_DISK)', /needs more disk/],
    ] as const)
      assert.match(adviceFor(['working'], reason), advice);
  });

  it('takes time by the length of the lines alone, whatever stands in them', () => {
    const nasty = [
      'mise '.repeat(800),
      `${'a'.repeat(4000)}!`,
      'package.json and package-lock.json '.repeat(120),
      'fatal error: '.repeat(300),
    ];
    const lines = Array.from({ length: 200 }, (_, n) => nasty[n % nasty.length]!);
    const begun = performance.now();
    assert.match(adviceFor(lines, ended), /^No known cause/);
    assert.ok(performance.now() - begun < 2000);
  });

  it('has unlike names, one sentence each, and no pattern that fits every line', () => {
    assert.equal(new Set(knownCauses.map(({ name }) => name)).size, knownCauses.length);
    for (const { name, patterns, advice } of knownCauses) {
      assert.ok(patterns.length > 0 && advice.length < 300 && !advice.includes('\n'), name);
      for (const part of patterns.flatMap((pattern) => pattern.split('…')))
        assert.notEqual(part.trim(), '', name);
    }
  });
});

describe('BuildFailure', () => {
  it('keeps the last 20 lines that say something, each cut, beside step and exit code', () => {
    const lines = [
      'first',
      ...Array.from({ length: 25 }, (_, n) => [`line ${n}`, '']).flat(),
      'x'.repeat(900),
    ];
    const { message, details } = new BuildFailure(ended, {
      step: 'bin/compile of nodejs',
      exitCode: 1,
      lines,
    });
    assert.equal(message, ended);
    assert.equal(details.lines.length, 20);
    assert.equal(details.lines[0], 'line 6');
    assert.equal(details.lines.at(-1)!.length, 501);
    assert.deepEqual([details.step, details.exit_code], ['bin/compile of nodejs', 1]);
  });
});
