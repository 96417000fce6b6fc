#!/usr/bin/env node
// The fast tiers under other releases of Node.js: `node bin/test/node-versions.mjs [22 24]`. Their binaries come from
// the npm registry, once, into node_modules/.cache/node-versions (or the folder that NODE_VERSIONS_FOLDER names).
// A release whose binary cannot be had is skipped, by name and with the reason. `npm test` runs one of
// them in a lane, last, by the commit's turn.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from './run-program.mjs';

const program = fileURLToPath(import.meta.url);
const root = dirname(dirname(dirname(program)));
const folder = process.env.NODE_VERSIONS_FOLDER ?? join(root, 'node_modules', '.cache', 'node-versions');
const testsMs = 600_000;
const fetchMs = 120_000;
/** Files of one release that run at once: two releases may be side by side already, as lanes are. */
const jobs = 2;
const otherMajors = [22, 24];
const stopped = new AbortController();

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
  const words = ['install', ...options, ...patience, `${name}@${major}`];
  const { code, output } = await runProgram('npm', words, { deadlineMs: fetchMs });
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
  const { output: version } = await runProgram(path, ['--version'], { deadlineMs: 10_000 });
  const started = Date.now();
  const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const files = ['test/architecture/**/*.test.ts', 'test/unit/**/*.test.ts'];
  const args = [mocha, '--parallel', '--jobs', String(jobs), '--reporter', 'dot', ...files];
  const { TEST_SUMMARY: _, ...env } = process.env;
  const limits = { deadlineMs: testsMs, signal: stopped.signal };
  const { code, output } = await runProgram(path, args, { ...limits, env });
  const line = `${title} (${version.trim()}) in ${Math.round((Date.now() - started) / 1000)} s`;
  if (code === 0 && /^ +[1-9]\d* passing/m.test(output)) return { result: 'passed', line };
  return { result: 'failed', line: `${line}: exit ${code}`, output: lastLines(output, 60) };
}

/** The releases that run with a turn: one of them, another with the next; all where no turn is taken. */
export const majorsOf = (turn) =>
  turn === undefined ? otherMajors : [otherMajors[turn % otherMajors.length]];

/** Has their binaries fetched, side by side, so that nothing is fetched while tests run. */
export async function fetchNodeVersions(majors) {
  await Promise.all(majors.map(nodeBinary));
}

/** A command for a lane, of each release. */
export const nodeVersionCommands = (majors) =>
  majors.map((major) => [process.execPath, program, String(major)]);

/** Runs each release, side by side; says each. @returns a summary like that of a lane. */
async function runNodeVersions(majors) {
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
    files: {},
  };
}

if (process.argv[1] === program) {
  // What it has started must not outlive it.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopped.abort());
  const majors = process.argv.slice(2).map(Number);
  const summary = await runNodeVersions(majors.length > 0 ? majors : otherMajors);
  const target = process.env.TEST_SUMMARY;
  if (target !== undefined) writeFileSync(target, JSON.stringify(summary));
  process.exitCode = summary.failed > 0 ? 1 : 0;
}
