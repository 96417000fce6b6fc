// Which package manager the app in the current folder wants: a line NAME|PACKAGE|VERSION|ALGORITHM|HASH. NAME is
// npm, yarn, berry or pnpm; PACKAGE what the registry calls it; the last two are of package.json's packageManager, or
// empty. plan/languages/package-manager.ts refuses what is wrong before the build.
import { existsSync, readFileSync } from 'node:fs';

/** What is taken where the app names no version: the one that its lock file was written by, of a fixed patch. */
const versions = {
  yarn: '1.22.22',
  berry: [
    [8, '4.9.2'],
    [5, '3.8.6'],
    [0, '2.4.2'],
  ],
  pnpm: [
    [9, '9.15.9'],
    [6, '8.15.9'],
    [0, '7.33.7'],
  ],
};

const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8').replace(/^\uFEFF/, '') : '');
const app = JSON.parse(read('package.json'));
const declared = /^(npm|yarn|pnpm)@([^+]+)(?:\+(\w+)\.([0-9a-f]+))?$/.exec(app.packageManager ?? '');
const yarnLock = read('yarn.lock');

/** The number of a lock file's format, of whose writers the list has the versions, newest first. */
function versionFor(list, format) {
  return list.find(([from]) => format >= from)[1];
}

function choose() {
  if (declared) return declared[1];
  if (existsSync('package-lock.json') || existsSync('npm-shrinkwrap.json')) return 'npm';
  if (existsSync('yarn.lock')) return 'yarn';
  return existsSync('pnpm-lock.yaml') ? 'pnpm' : 'npm';
}

function wanted(name) {
  if (declared) return declared[2];
  const range = app.engines?.[name];
  return typeof range === 'string' && /^[\w.^~<>=| *-]{1,100}$/.test(range) ? range.trim() : undefined;
}

function isBerry(version) {
  if (version !== undefined && declared) return !/^[01]\./.test(version);
  return yarnLock.includes('\n__metadata:') || existsSync('.yarnrc.yml');
}

function line(name) {
  const version = wanted(name);
  if (name === 'npm') return ['npm', 'npm', ''];
  if (name === 'pnpm') {
    const format = Number(/^lockfileVersion: '?([0-9.]+)/m.exec(read('pnpm-lock.yaml'))?.[1] ?? 9);
    return ['pnpm', 'pnpm', version ?? versionFor(versions.pnpm, format)];
  }
  if (!isBerry(version)) return ['yarn', 'yarn', version ?? versions.yarn];
  const format = Number(/^__metadata:\s+version: (\d+)/m.exec(yarnLock)?.[1] ?? 8);
  return ['berry', '@yarnpkg/cli-dist', version ?? versionFor(versions.berry, format)];
}

const [, , , algorithm = '', hash = ''] = declared ?? [];
export const managerLine = [...line(choose()), algorithm, hash].join('|');
