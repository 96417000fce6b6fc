#!/usr/bin/env node
// `npm run quickstart`: from a fresh clone to a live app. Plain JavaScript, because it starts without
// node_modules: checks Node.js, installs the npm packages, compiles, and hands over to the compiled
// quickstart.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const started = Date.now();

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Quickstart needs Node.js 20.19 or later; this is ${process.version}.`);
  process.exit(1);
}

const instance = process.env.DEIS_INSTANCE;
if (instance !== undefined && !/^[0-9a-f]{8}$/.test(instance)) {
  console.error(
    `DEIS_INSTANCE='${instance}' is not a valid instance id: expected 8 hexadecimal digits, e.g. 0a1b2c3d.`,
  );
  process.exit(2);
}

function run(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1;
}

/**
 * Packages that take a while to install come while npm fetches its own; first those that making images begins with.
 * What goes wrong here shows when they are asked for again, which waits for this one by the same lock.
 */
function installPackagesMeanwhile() {
  const { engine, images, logs, aptGet } = JSON.parse(
    readFileSync(join(root, 'provisioner', 'images', 'host', 'host-needs.json'), 'utf8'),
  );
  const isThere = (name) =>
    spawnSync('dpkg-query', ['-W', '-f=${db:Status-Status}', name], { encoding: 'utf8' }).stdout ===
    'installed';
  const hasEngine = process.env.DOCKER_HOST !== undefined || spawnSync('dockerd', ['--version']).status === 0;
  const needs = [images, hasEngine ? [] : [engine], logs]
    .map((group) => group.filter(({ name }) => !isThere(name)))
    .filter((group) => group.length > 0);
  if (needs.length === 0 || spawnSync('apt-get', ['--version']).status !== 0) return;
  for (const { name, why } of needs.flat()) console.log(`Installing ${name} in the background: ${why}`);
  const apt = aptGet.join(' ');
  const command = needs.map((group) => {
    const install = `${apt} install -y --no-install-recommends ${group.map(({ name }) => name).join(' ')}`;
    return `${install} || { ${apt} update && ${install}; }`;
  });
  spawn('sh', ['-c', command.join('\n')], { stdio: 'ignore' }).unref();
}

/**
 * The first time, the images take longest: they begin beside npm, or beside the compiler where its packages are there.
 * Whether it works shows later.
 */
function makeImagesAhead(isInstalled) {
  console.log('Making the images of the nodes in the background ...');
  const program = isInstalled
    ? ['--import', 'tsx', join(root, 'quickstart', 'images-ahead.ts')]
    : [join(root, 'bin', 'quickstart', 'images-ahead.mjs')];
  spawn(process.execPath, program, { cwd: root, stdio: 'ignore' }).unref();
}

const isClone = existsSync(join(root, 'tsconfig.json'));
const isFirst = !existsSync(join(root, 'dist')) && process.getuid() === 0 && process.argv[2] !== 'down';
if (isClone) {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const isInstalled =
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
  if (isFirst && !isInstalled) installPackagesMeanwhile();
  if (isFirst) makeImagesAhead(isInstalled);
  if (!isInstalled) {
    console.log('Installing npm packages (npm ci), which takes about a minute ...');
    const { runSaying } = await import('./quickstart/run-saying.mjs');
    const npm = ['npm', 'ci', '--no-fund', '--no-audit', '--loglevel=error'];
    const isTerminal = process.stdout.isTTY;
    if ((await runSaying('npm packages', npm, { cwd: root, isTerminal })) !== 0) process.exit(1);
  }
  if (run(process.execPath, [join(root, 'bin', 'build.mjs'), '--if-stale', '--say']) !== 0) process.exit(1);
}
if (process.getuid() !== 0) {
  console.log('Installing packages and starting nodes needs root: going on with sudo.');
  // Root's npm has settings of its own: builds shall use the registry that this person's npm uses.
  process.env.DEIS_NPM_REGISTRY ??= spawnSync('npm', ['config', 'get', 'registry'], {
    encoding: 'utf8',
  }).stdout.trim();
  const kept = [
    'DEIS_INSTANCE',
    'DEIS_DATA_DIR',
    'DEIS_PROFILE',
    'DEIS_NPM_REGISTRY',
    'DEIS_CA_BUNDLE',
    'DEIS_SUITE',
    'DEIS_MIRROR',
    'NODE_EXTRA_CA_CERTS',
    'HTTPS_PROXY',
    'HTTP_PROXY',
    'NO_PROXY',
  ];
  const again = [
    'env',
    `DEIS_PERSON_HOME=${homedir()}`,
    `PATH=${process.env.PATH}`,
    process.execPath,
    fileURLToPath(import.meta.url),
    ...process.argv.slice(2),
  ];
  const sudo = spawnSync('sudo', [`--preserve-env=${kept.join(',')}`, ...again], { stdio: 'inherit' });
  if (sudo.error)
    console.error(
      'Quickstart failed: check "root" failed: ' +
        `sudo could not be started (${sudo.error.message}); run it as root`,
    );
  process.exit(sudo.status ?? 1);
}
const { quickstart } = await import(join(root, 'dist', 'quickstart', 'main.js'));
process.exitCode = await quickstart(process.argv.slice(2), { started });
