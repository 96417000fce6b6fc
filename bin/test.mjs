#!/usr/bin/env node
// `npm test`: installs what the tests need, builds the product, then runs every tier, in lanes, which
// saves time. Plain JavaScript, because it starts in a clone without node_modules. Arguments name tiers: `npm
// test -- unit integration`. TEST_LANES sets the number of lanes; `--record-seconds` writes how long each
// file took to test/seconds.json, by which files are shared out. With TEST_AGAIN=0 no file that failed runs once more.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAgain, filesAgain } from './test/again.mjs';
import { apart, inPortions, runLanes, testFiles, usualLanes } from './test/lanes.mjs';
import { runAudit } from './test/audit.mjs';
import { leaveOutUnfetched } from './test/fetched-tools.mjs';
import { runNodeVersions } from './test/node-versions.mjs';
import { commitOf, takeTurns } from './test/turns.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const allTiers = ['architecture', 'unit', 'contract', 'integration', 'acceptance'];
const tiers = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'));
const unknown = tiers.filter((tier) => !allTiers.includes(tier));
if (unknown.length > 0) {
  console.error(`npm test: no tier ${unknown.join(', ')}; tiers are ${allTiers.join(', ')}`);
  process.exit(2);
}
const chosen = tiers.length > 0 ? allTiers.filter((tier) => tiers.includes(tier)) : allTiers;

function run(command, args, { quiet = false } = {}) {
  return (
    spawnSync(command, args, {
      cwd: root,
      stdio: ['ignore', quiet ? 'ignore' : 'inherit', 'inherit'],
      env: process.env,
    }).status ?? 1
  );
}

function installNpmPackages() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('Installing npm packages (npm ci)');
  if (run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error']) !== 0) process.exit(1);
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
function installDebianPackages() {
  const wanted = readFileSync(join(root, 'test', 'packages.txt'), 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean);
  const missing = wanted.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  console.log(`Installing Debian packages for the tests: ${missing.join(' ')}`);
  const sudo = process.getuid() === 0 ? [] : ['sudo', '-n'];
  const apt = [
    ...sudo,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-o',
    'DPkg::Lock::Timeout=300',
    '-qq',
  ];
  run(apt[0], [...apt.slice(1), 'update'], { quiet: true });
  if (
    run(apt[0], [...apt.slice(1), 'install', '-y', '--no-install-recommends', ...missing], {
      quiet: true,
    }) !== 0
  ) {
    console.error(`Could not install ${missing.join(' ')}: tests that need them will fail`);
  }
}

installNpmPackages();
if (chosen.some((tier) => tier === 'integration' || tier === 'acceptance')) installDebianPackages();
if (run(process.execPath, [join(root, 'bin', 'build.mjs'), '--if-stale']) !== 0) process.exit(1);
const secondsFile = join(root, 'test', 'seconds.json');
const seconds = existsSync(secondsFile) ? JSON.parse(readFileSync(secondsFile, 'utf8')) : {};
const rotation = process.env.TEST_ROTATION;
const { files: wanted, later } = takeTurns(
  testFiles(root, chosen),
  commitOf(root),
  rotation,
  process.env.TEST_TURN,
);
for (const file of later) console.log(`by turns: ${file} runs on other commits (TEST_ROTATION=all runs all)`);
const { files, summaries: leftOut } = leaveOutUnfetched(root, wanted);
const { shared, alone } = apart(files);
const lanes = Number(process.env.TEST_LANES ?? usualLanes);
const mocha = [
  process.execPath,
  join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'),
  '--reporter',
  'test/support/plain-reporter.mjs',
  ...options.filter((option) => option !== '--record-seconds'),
];
const first = await runLanes(
  root,
  inPortions(shared, seconds, lanes).map((files) => [...mocha, ...files]),
  lanes,
);
if (alone.length > 0) first.push(...(await runLanes(root, [[...mocha, ...alone]])));
const { summaries, flaky } = await onceMore(first);
// The fast tiers once more under each other release of Node.js, when both tiers are asked for.
const fast = ['architecture', 'unit'].every((tier) => chosen.includes(tier));
const all = chosen.length === allTiers.length;
report([...summaries, ...leftOut, ...(all ? [runAudit()] : []), ...(fast ? [await runNodeVersions()] : [])]);

/** Runs by itself what failed, and says what failed only at first. */
async function onceMore(summaries) {
  const files = process.env.TEST_AGAIN === '0' ? [] : filesAgain(summaries);
  if (files.length === 0) return { summaries, flaky: [] };
  console.log(`once more, by itself: ${files.join(' ')}`);
  const [again] = await runLanes(root, [[...mocha, ...files]]);
  return afterAgain(summaries, again);
}

/** Every failure once more, then the one plain line for all lanes. */
function report(ended) {
  const whole = ended.filter((summary) => summary !== null);
  const sum = (field) => whole.reduce((total, summary) => total + summary[field], 0);
  const broken = ended.length - whole.length;
  if (ended.length > 1)
    for (const { title, message } of whole.flatMap((summary) => summary.failures))
      console.log(`failed: ${title}\n  ${message.replaceAll('\n', '\n  ')}\n`);
  for (const { title, message } of flaky)
    console.log(
      `flaky: ${title}: failed beside others, passed by itself\n  ${message.replaceAll('\n', '\n  ')}\n`,
    );
  if (broken > 0)
    console.log(`failed: ${broken} mocha process${broken === 1 ? '' : 'es'} broke off before the end`);
  if (options.includes('--record-seconds')) {
    const all = { ...seconds, ...Object.assign({}, ...whole.map((summary) => summary.seconds)) };
    const lasting = Object.entries(all)
      .filter(([file, took]) => took >= 1 && existsSync(join(root, file)))
      .sort()
      .map(([file, took]) => [file, Math.round(took)]);
    writeFileSync(secondsFile, `${JSON.stringify(Object.fromEntries(lasting), null, 2)}\n`);
  }
  console.log(`${sum('passed')} passed, ${sum('failed') + broken} failed, ${sum('skipped')} skipped`);
  process.exitCode = sum('failed') + broken > 0 ? 1 : 0;
}
