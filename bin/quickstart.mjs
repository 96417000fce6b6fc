#!/usr/bin/env node
// `npm run quickstart`: from a fresh clone to a live app. Plain JavaScript, because it starts without node_modules:
// checks Node.js, installs the npm packages, compiles, and hands over to the compiled quickstart.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
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

function run(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1;
}

const isClone = existsSync(join(root, 'tsconfig.json'));
if (isClone) {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(join(root, 'package-lock.json')).mtimeMs) {
    console.log('Installing npm packages (npm ci) ...');
    if (run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error']) !== 0) process.exit(1);
  }
  if (run(process.execPath, [join(root, 'bin', 'build.mjs'), '--if-stale']) !== 0) process.exit(1);
}
if (process.getuid() !== 0) {
  console.log('Installing packages and starting nodes needs root: going on with sudo.');
  const again = ['env', `DEIS_PERSON_HOME=${homedir()}`, `PATH=${process.env.PATH}`, process.execPath, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  process.exit(spawnSync('sudo', ['--preserve-env=DEIS_INSTANCE,DEIS_DATA_DIR,NODE_EXTRA_CA_CERTS', ...again], { stdio: 'inherit' }).status ?? 1);
}
const { quickstart } = await import(join(root, 'dist', 'quickstart', 'main.js'));
process.exitCode = await quickstart(process.argv.slice(2), { started });
