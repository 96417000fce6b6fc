// Says in one go what the buildpack needs to know of the app in the current folder, a line each: its package manager as
// manager.mjs has it, the script of package.json that builds it, `yes` where packages for development come out
// afterwards, and the key of what is installed, empty where there is none. What follows are lines for .profile.d: what
// an
// app started by npm finds in its environment, and may ask for. Each start of Node.js costs a push some 50 ms.
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installKey } from './install-key.mjs';
import { managerLine } from './manager.mjs';

const buildpack = dirname(dirname(fileURLToPath(import.meta.url)));
const app = JSON.parse(readFileSync('package.json', 'utf8').replace(/^\uFEFF/, ''));
const script = ['heroku-postbuild', 'build'].find((name) => app.scripts?.[name]) ?? '';
const isPruned =
  existsSync('pnpm-workspace.yaml') ||
  Boolean(app.workspaces) ||
  Object.keys(app.devDependencies ?? {}).length > 0;

/** npm itself says what is wrong with a lock file. */
function keyOrNone() {
  try {
    return managerLine.startsWith('npm|') ? installKey(app, buildpack) : '';
  } catch {
    return '';
  }
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const variables = ['name', 'version']
  .filter((name) => typeof app[name] === 'string' && !app[name].includes('\0'))
  .map((name) => `export npm_package_${name}=${quoted(app[name])}`);

console.log([managerLine, script, isPruned ? 'yes' : '', keyOrNone(), ...variables].join('\n'));
