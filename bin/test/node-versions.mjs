#!/usr/bin/env node
// The fast tiers under other releases of Node.js: `node bin/test/node-versions.mjs [22 24]`. Their binaries come from
// the npm registry, once, into node_modules/.cache/node-versions (or the folder that NODE_VERSIONS_FOLDER names).
// A release whose binary cannot be had is skipped, by name and with the reason. `npm test` runs this last.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = process.env.NODE_VERSIONS_FOLDER ?? join(root, 'node_modules', '.cache', 'node-versions');
const testsMs = 600_000;
const fetchMs = 120_000;
export const otherMajors = [22, 24];

/** Ends of a program's output that are worth showing. */
const lastLines = (text, count) => text.trim().split('\n').slice(-count).join('\n');

/** What npm says first: the code of the failure, and what it was about. */
const firstErrors = (text) =>
  text
    .trim()
    .split('\n')
    .slice(0, 4)
    .map((line) => line.replace(/^npm error /, ''))
    .join(', ');

/** Runs a program to its end, or kills it at its deadline: its exit code (null when killed) and its output. */
async function run(program, args, deadlineMs) {
  const child = spawn(program, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close').catch((error) => [String(error)]);
  return { code, output };
}

/** The binary of a release, fetched where it is not kept. @returns its path, or why it cannot be had. */
async function nodeBinary(major) {
  const name = `node-linux-${process.arch}`;
  const place = join(folder, String(major));
  const path = join(place, 'node_modules', name, 'bin', 'node');
  if (existsSync(path)) return { path };
  if (process.platform !== 'linux') return { reason: `there is no package of it for ${process.platform}` };
  mkdirSync(place, { recursive: true });
  const options = ['--no-save', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'];
  const patience = ['--fetch-retries=0', '--fetch-timeout=60000', '--prefix', place];
  const { code, output } = await run(
    'npm',
    ['install', ...options, ...patience, `${name}@${major}`],
    fetchMs,
  );
  if (code === 0 && existsSync(path)) return { path };
  rmSync(place, { recursive: true, force: true });
  const said = code === null ? `no answer in ${fetchMs / 1000} s` : firstErrors(output);
  return { reason: `the npm registry did not give ${name}@${major}: ${said}` };
}

/** The fast tiers under one release: what became of them, in one line, and the output of a failure. */
async function runUnder(major) {
  const title = `architecture and unit tests under Node.js ${major}`;
  const { path, reason } = await nodeBinary(major);
  if (path === undefined) return { result: 'skipped', line: `${title}: ${reason}` };
  const { output: version } = await run(path, ['--version'], 10_000);
  const started = Date.now();
  const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const files = ['test/architecture/**/*.test.ts', 'test/unit/**/*.test.ts'];
  const { code, output } = await run(path, [mocha, '--reporter', 'dot', ...files], testsMs);
  const line = `${title} (${version.trim()}) in ${Math.round((Date.now() - started) / 1000)} s`;
  if (code === 0 && /^ +[1-9]\d* passing/m.test(output)) return { result: 'passed', line };
  return { result: 'failed', line: `${line}: exit ${code}`, output: lastLines(output, 60) };
}

/** Runs each release, side by side; says each. @returns a summary like that of a lane. */
export async function runNodeVersions(majors = otherMajors) {
  const ended = await Promise.all(majors.map(runUnder));
  for (const { result, line, output } of ended) {
    console.log(`${result}: ${line}`);
    if (output !== undefined) console.log(output);
  }
  const count = (wanted) => ended.filter(({ result }) => result === wanted).length;
  const failures = ended.flatMap(({ result, line }) =>
    result === 'failed' ? [{ title: line, message: 'its output stands above' }] : [],
  );
  return {
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    failures,
    seconds: {},
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const majors = process.argv.slice(2).map(Number);
  const { failed } = await runNodeVersions(majors.length > 0 ? majors : otherMajors);
  process.exitCode = failed > 0 ? 1 : 0;
}
