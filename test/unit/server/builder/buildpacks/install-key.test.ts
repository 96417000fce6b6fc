import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../../support/source/source-imports.js';

const program = join(projectRoot, 'server/builder/buildpacks/nodejs/lib/describe.mjs');
const manifest = { name: 'app', version: '1.0.0', dependencies: { a: '^1.0.0' }, scripts: { start: 'x' } };
const entry = { version: '1.0.0', resolved: 'https://npm.example.com/a.tgz', integrity: 'sha512-aa' };
const lockOf = (packages: object): string =>
  JSON.stringify({ lockfileVersion: 3, packages: { '': { name: 'app' }, ...packages } });
const lock = lockOf({ 'node_modules/a': entry });
const environment = { STACK: 'heroku-22', DEIS_RUNTIMES: 'node|.deis/node|Node.js 22.1.0 and npm 10.9.0' };

interface App {
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly app?: object;
}

/** What describe.mjs says. */
function describeApp({ files = { 'package-lock.json': lock }, env = {}, app = manifest }: App) {
  const folder = mkdtempSync(join(tmpdir(), 'deis-describe-'));
  try {
    for (const [name, text] of Object.entries({ 'package.json': JSON.stringify(app), ...files }))
      writeFileSync(join(folder, name), text);
    const printed = execFileSync(process.execPath, [program], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', ...environment, ...env },
    });
    const [manager, script, prunes, key, ...profile] = printed.replace(/\n$/, '').split('\n');
    return { manager, script, prunes, key, profile: profile.join('\n') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const keyOf = (app: App): string => describeApp(app).key ?? '';
const apps = (...all: App[]): readonly App[] => all;

describe('the key of what npm installs', function () {
  // It starts a dozen programs.
  this.timeout(30_000);
  const first = keyOf({});

  it('is the same for the same lock file, package.json, settings and versions, whatever else there is', () => {
    assert.match(first, /^[0-9a-f]{64}$/);
    for (const same of apps(
      { files: { 'package-lock.json': lock, 'server.js': 'other', 'schema.prisma': 'other' } },
      { app: { ...manifest, scripts: { start: 'y', build: 'z' } } },
      { env: { SOURCE_VERSION: 'c0ffee', DATABASE_URL: 'other', DEIS_FORMATION: 'other' } },
      { env: { DEIS_RUNTIMES: `${environment.DEIS_RUNTIMES}\nruby|.deis/ruby|Ruby 3.1` } },
    ))
      assert.equal(keyOf(same), first, JSON.stringify(same));
  });

  it('is another one where any of these is', () => {
    const npmrc = { 'package-lock.json': lock, '.npmrc': '//npm.example.com/:_authToken=${TOKEN}\n' };
    const keys = apps(
      {},
      { files: { 'package-lock.json': lockOf({ 'node_modules/a': { ...entry, integrity: 'sha512-b' } }) } },
      { files: { 'package-lock.json': `${lock}\n` } },
      { files: { 'npm-shrinkwrap.json': lock } },
      { app: { ...manifest, dependencies: { a: '^1.1.0' } } },
      { app: { ...manifest, overrides: { b: '1' } } },
      { app: { ...manifest, version: '1.0.1' } },
      { files: npmrc },
      { files: npmrc, env: { TOKEN: 'another' } },
      { env: { npm_config_registry: 'https://npm.example.com/' } },
      { env: { NPM_CONFIG_LEGACY_PEER_DEPS: 'true' } },
      { env: { NODE_ENV: 'development' } },
      { env: { STACK: 'heroku-24' } },
      { env: { DEIS_RUNTIMES: 'node|.deis/node|Node.js 22.2.0 and npm 10.9.0' } },
    ).map(keyOf);
    assert.ok(keys.every((key) => /^[0-9a-f]{64}$/.test(key)));
    assert.equal(new Set(keys).size, keys.length, keys.join('\n'));
  });

  it('is none where more decides what is installed', () => {
    const packages = (more: object): App => ({ files: { 'package-lock.json': lockOf(more) } });
    for (const open of apps(
      { files: {} },
      { files: { 'yarn.lock': '' } },
      { files: { 'package-lock.json': '{' } },
      { files: { 'package-lock.json': '{"lockfileVersion":1,"dependencies":{}}' } },
      { files: { 'package-lock.json': lock, 'binding.gyp': '{}' } },
      { app: { ...manifest, workspaces: ['packages/*'] } },
      { app: { ...manifest, scripts: { postinstall: 'patch-package' } } },
      { app: { ...manifest, scripts: { prepare: 'husky' } } },
      packages({ 'node_modules/a': { ...entry, integrity: undefined } }),
      packages({ 'node_modules/a': { resolved: 'lib/a', link: true }, 'lib/a': { version: '1.0.0' } }),
      packages({ 'node_modules/a': { ...entry, hasInstallScript: true } }),
      packages({ 'node_modules/a': { ...entry, hasInstallScript: true, os: [process.platform] } }),
    ))
      assert.equal(keyOf(open), '', JSON.stringify(open));
  });

  it('passes over packages that are for other systems, and takes a commit for a checksum', () => {
    for (const more of [
      { 'node_modules/fsevents': { ...entry, hasInstallScript: true, optional: true, os: ['amiga'] } },
      { 'node_modules/b': { ...entry, hasInstallScript: true, os: [`!${process.platform}`] } },
      { 'node_modules/b': { resolved: `git+ssh://git@example.com/b.git#${'a'.repeat(40)}` } },
      { 'node_modules/a/node_modules/c': { version: '1.0.0', inBundle: true } },
    ])
      assert.notEqual(keyOf({ files: { 'package-lock.json': lockOf(more) } }), '', JSON.stringify(more));
  });
});

describe('what the Node.js buildpack asks of an app', () => {
  it('is its script, and whether packages for development come out', () => {
    for (const [app, files, said] of [
      [{}, {}, ['', '']],
      [{ scripts: { build: 'x' } }, {}, ['build', '']],
      [{ scripts: { build: 'x', 'heroku-postbuild': 'y' } }, {}, ['heroku-postbuild', '']],
      [{ scripts: { build: '' }, devDependencies: {} }, {}, ['', '']],
      [{ devDependencies: { a: '1' } }, {}, ['', 'yes']],
      [{ workspaces: ['a'] }, {}, ['', 'yes']],
      [{}, { 'pnpm-workspace.yaml': '' }, ['', 'yes']],
    ] as const) {
      const { script, prunes } = describeApp({ app, files });
      assert.deepEqual([script, prunes], said);
    }
  });

  it('leaves name and version of the package to the app as npm would, whatever they are', () => {
    const name = `it's "$HOME" \`x\``;
    const { profile } = describeApp({
      files: { 'package.json': `\uFEFF${JSON.stringify({ name, version: '1.2.3' })}` },
    });
    const show = `${profile}\nprintf '%s|%s' "$npm_package_name" "$npm_package_version"`;
    assert.equal(execFileSync('sh', ['-c', show], { encoding: 'utf8' }), `${name}|1.2.3`);
    assert.equal(describeApp({ app: { version: 7 } }).profile, '');
  });
});
