// What the tests need of this machine: npm packages, Debian packages, the product as it is built, and tools that are
// fetched. What does not need the other comes side by side.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { leaveOutUnfetched } from './fetched-tools.mjs';
import { fetchNodeVersions } from './node-versions.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Runs a program, which says what it has to say itself. @returns its exit code; 1 when it was killed */
async function run(command, args, { quiet = false } = {}) {
  const stdio = ['ignore', quiet ? 'ignore' : 'inherit', 'inherit'];
  const child = spawn(command, args, { cwd: root, stdio });
  const [code] = await once(child, 'close').catch(() => [1]);
  return code ?? 1;
}

async function installNpmPackages() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return 0;
  console.log('Installing npm packages (npm ci)');
  return run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error']);
}

function isInstalled(debianPackage) {
  try {
    return (
      execFileSync('dpkg-query', ['-W', '-f=${db:Status-Status}', debianPackage], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }) === 'installed'
    );
  } catch {
    return false;
  }
}

/**
 * Debian packages of test/packages.txt. Without root they cannot be installed: the tests that need them then
 * fail and say so.
 */
async function installDebianPackages() {
  const wanted = readFileSync(join(root, 'test', 'packages.txt'), 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean);
  const missing = wanted.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  console.log(`Installing Debian packages for the tests: ${missing.join(' ')}`);
  const options = ['-o', 'DPkg::Lock::Timeout=300', '-qq'];
  const sudo = process.getuid() === 0 ? [] : ['sudo', '-n'];
  const [program, ...before] = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...options];
  await run(program, [...before, 'update'], { quiet: true });
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  if ((await run(program, [...before, ...install], { quiet: true })) !== 0)
    console.error(`Could not install ${missing.join(' ')}: tests that need them will fail`);
}

/**
 * Installs, builds and fetches. Ends the process where there are no npm packages, or the product does not build.
 *
 * @param tiers of which tests run
 * @param filesOf gives their files: see `leaveOutUnfetched`, which says what this answers
 * @param majors other releases of Node.js under which the fast tiers run, too
 */
export async function prepare(tiers, filesOf, majors) {
  const needsPackages = tiers.some((tier) => tier === 'integration' || tier === 'acceptance');
  const [installed] = await Promise.all([
    installNpmPackages(),
    needsPackages ? installDebianPackages() : undefined,
  ]);
  if (installed !== 0) process.exit(1);
  // All of them lie below node_modules.
  const [built, files] = await Promise.all([
    run(process.execPath, [join(root, 'bin', 'build.mjs'), '--if-stale']),
    leaveOutUnfetched(root, filesOf()),
    fetchNodeVersions(majors),
  ]);
  if (built !== 0) process.exit(1);
  return files;
}
