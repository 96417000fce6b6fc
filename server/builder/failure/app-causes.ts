import type { KnownCause } from './known-cause.js';

/** What the app itself says. */
export const appCauses: readonly KnownCause[] = [
  {
    name: 'stale-modules',
    patterns: ['NODE_MODULE_VERSION', 'compiled against a different Node.js version', 'invalid ELF header'],
    advice:
      'A module was compiled for another Node.js: take node_modules out of the repository, then ' +
      '`deis builds:cache clear` and push again',
  },
  {
    name: 'node-version',
    patterns: [
      'The engine "node" is incompatible',
      'code EBADENGINE',
      'requires Node.js version',
      'requires a minimum Node.js version',
      'maintenance mode … Node',
      'Unsupported Node.js version',
    ],
    advice:
      'A package needs another Node.js than the build has: ask for it with `engines.node` in package.json, ' +
      'e.g. "node": "24.x"',
  },
  {
    name: 'lock-out-of-step',
    patterns: [
      'package.json and package-lock.json … are in sync',
      'npm ci` can only install',
      'ERR_PNPM_OUTDATED_LOCKFILE',
      'The lockfile would have been modified by this install',
      'Your lockfile needs to be updated',
      'missing go.sum entry',
      'pyproject.toml changed significantly since poetry.lock',
    ],
    advice:
      'The lock file is not in step with what it locks: install once on your machine, commit the lock ' +
      'file, push again',
  },
  {
    name: 'composer-out-of-step',
    patterns: [
      'lock file does not contain a compatible set of packages',
      'Required package … is not present in the lock file',
      'composer.lock is not in step',
    ],
    advice:
      'composer.lock holds packages for another PHP, or not all of composer.json: run `composer update` with the ' +
      'PHP of the build (`config.platform.php` of composer.json names it), commit the lock file, push again',
  },
  {
    name: 'peer-dependencies',
    patterns: ['code ERESOLVE', 'unable to resolve dependency tree'],
    advice:
      'Two packages ask for different versions of a third: bring them in line on your machine (`npm ' +
      'explain PACKAGE`) and commit the lock file',
  },
  {
    name: 'module-missing',
    patterns: [
      'Cannot find module',
      "Module not found: Error: Can't resolve",
      'ModuleNotFoundError: No module named',
    ],
    advice:
      'A module is not there: it is missing in the list of packages, not committed, or written in other ' +
      'letters (file names tell A from a here)',
  },
  {
    name: 'no-such-package',
    patterns: ['No matching distribution found', 'code ETARGET', 'code E404', 'is not in this registry'],
    advice:
      'A package is not there in that version: look at its name and version, and whether it has one for ' +
      'the Python or Node.js of the build',
  },
  {
    name: 'headers-missing',
    patterns: [
      'fatal error: … No such file or directory',
      'pg_config executable not found',
      'mysql_config not found',
    ],
    advice:
      'A package wants to be compiled, and the headers for it are not in the stack: take one that comes ' +
      'ready built, e.g. psycopg[binary] for psycopg2',
  },
  {
    name: 'program-missing',
    patterns: ['command not found', 'sh: … : not found', 'No such file or directory: … /bin'],
    advice:
      'A program that the build calls is not in the stack: list the package or the buildpack that ' +
      'brings it, before the one that needs it',
  },
  {
    name: 'settings-missing',
    patterns: [
      'ImproperlyConfigured',
      "KeyError: 'SECRET_KEY'",
      'environment variable … not set',
      'Missing required environment',
    ],
    advice:
      'The build reads a variable that the config does not have: `deis config:set NAME=value`, then push again',
  },
];
