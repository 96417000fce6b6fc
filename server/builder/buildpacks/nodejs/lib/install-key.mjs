// The key of what npm installs for an app in the current folder: two apps with the same key get the same node_modules.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Of the form of what is kept. */
const form = 1;
const lockFiles = ['npm-shrinkwrap.json', 'package-lock.json'];
/** Scripts of the app itself that npm runs as it installs: what they do depends on all of the app. */
const lifecycle = /^(?:(?:pre|post)?(?:install|prepare|dependencies)|prepublish)$/;

/**
 * Empty where more decides it than lock file, package.json, settings of npm and versions: no lock file, packages in
 * the app itself or without a checksum, and scripts that run meanwhile and may look at any file of the app.
 * @param app package.json
 * @param buildpack the folder of this buildpack, whose other versions may install otherwise
 */
export function installKey(app, buildpack) {
  const locks = lockFiles.filter((file) => existsSync(file)).map((file) => [file, textOf(file)]);
  if (locks.length === 0 || existsSync('binding.gyp') || app.workspaces !== undefined) return '';
  if (Object.keys(app.scripts ?? {}).some((name) => lifecycle.test(name))) return '';
  if (!isFixed(JSON.parse(locks[0][1]))) return '';
  const npmrc = existsSync('.npmrc') ? textOf('.npmrc') : '';
  const { STACK, DEIS_RUNTIMES = '' } = process.env;
  const runtime = DEIS_RUNTIMES.split('\n').filter((line) => line.startsWith('node|'));
  const versions = [form, STACK, runtime, process.versions, process.arch, programs(buildpack)];
  // What its own scripts are is nothing to npm ci.
  const manifest = { ...app, scripts: undefined };
  const parts = JSON.stringify([versions, manifest, locks, npmrc, settings(npmrc)]);
  return createHash('sha256').update(parts).digest('hex');
}

/** Whether a lock file says all of what is installed. */
function isFixed({ packages }) {
  return (
    packages !== undefined &&
    Object.entries(packages).every(([path, entry]) => path === '' || isFixedPackage(path, entry))
  );
}

function isFixedPackage(path, entry) {
  const { link, inBundle, integrity, resolved = '', hasInstallScript } = entry;
  const isKnown = inBundle === true || typeof integrity === 'string' || /^git.*#[0-9a-f]{40}$/.test(resolved);
  return (
    path.startsWith('node_modules/') &&
    link !== true &&
    isKnown &&
    !(hasInstallScript === true && isForHere(entry))
  );
}

/** npm leaves out what is for other systems. */
function isForHere({ os, cpu }) {
  return allows(os, process.platform) && allows(cpu, process.arch);
}

function allows(list, own) {
  if (list === undefined) return true;
  const names = [list].flat();
  return !names.includes(`!${own}`) && (names.includes(own) || names.every((name) => name.startsWith('!')));
}

/** Variables that npm goes by: its own, and those that .npmrc names. */
function settings(npmrc) {
  const named = new Set([
    'NODE_ENV',
    'NODE_OPTIONS',
    ...[...npmrc.matchAll(/\$\{(\w+)/g)].map(([, name]) => name),
  ]);
  return Object.entries(process.env)
    .filter(([name]) => named.has(name) || /^npm_config_/i.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The texts of the buildpack's own programs. */
function programs(folder) {
  const own = readdirSync(`${folder}/lib`)
    .sort()
    .map((name) => `${folder}/lib/${name}`);
  const shared = ['/build/lib.sh', '/build/layers.sh'].filter((file) => existsSync(file));
  return [...own, `${folder}/bin/compile`, ...shared].map(textOf);
}

function textOf(file) {
  return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
}
