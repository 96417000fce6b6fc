// Test files share the machine in lanes: mocha processes side by side, since most tests wait for machines
// rather than compute.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

/** As many as there are cores: more were as long in all, and tests came near their deadlines. */
export const usualLanes = Math.min(Math.max(availableParallelism(), 2), 4);

/** They measure how soon something answers: beside another lane they would measure that one, too. */
const alone = ['test/acceptance/abuse.test.ts'];

/** The files that may share the machine, and those that run when all others have ended. */
export function apart(files) {
  return {
    shared: files.filter((file) => !alone.includes(file)),
    alone: files.filter((file) => alone.includes(file)),
  };
}

/** Seconds of a file that was never measured, by tier. */
const usual = { acceptance: 20, integration: 2 };

/** Test files of the tiers, in their order. */
export function testFiles(root, tiers) {
  const below = (folder) =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? below(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
    );
  return tiers.flatMap((tier) =>
    below(`test/${tier}`)
      .filter((file) => file.endsWith('.test.ts'))
      .sort(),
  );
}

/**
 * Files in `count` lanes that take about as long as each other, by seconds measured before: longest first,
 * each to the emptiest lane. Their order within a lane stays.
 */
export function inLanes(files, seconds, count) {
  const weight = (file) => seconds[file] ?? usual[file.split('/')[1]] ?? 0.2;
  const lanes = Array.from({ length: count }, () => ({ files: new Set(), weight: 0 }));
  for (const file of [...files].sort((a, b) => weight(b) - weight(a))) {
    const lane = lanes.reduce((least, other) => (other.weight < least.weight ? other : least));
    lane.files.add(file);
    lane.weight += weight(file);
  }
  return lanes.map((lane) => files.filter((file) => lane.files.has(file))).filter((lane) => lane.length > 0);
}

/**
 * Runs each lane's command; the first speaks at once, the others when those before them have ended. Answers
 * the summaries that the lanes wrote, null of one that wrote none.
 */
export async function runLanes(root, commands) {
  const folder = mkdtempSync(join(tmpdir(), 'deis-test-lanes-'));
  try {
    const lanes = commands.map((command, index) => startLane(root, command, join(folder, `${index}.json`)));
    const summaries = [];
    for (const lane of lanes) {
      lane.speak();
      summaries.push(await lane.summary);
    }
    return summaries;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function startLane(root, [program, ...args], target) {
  const child = spawn(program, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TEST_SUMMARY: target },
  });
  let kept = [];
  const take = (chunk) => (kept === null ? process.stdout.write(chunk) : kept.push(chunk));
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const stop = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
  const summary = new Promise((resolve) => child.once('close', (code) => resolve(readSummary(target, code))));
  const speak = () => {
    process.stdout.write(Buffer.concat(kept ?? []));
    kept = null;
  };
  return { speak, summary };
}

/**
 * What a lane wrote; a lane that broke off, or that failed without a failed test, is a failure of its own.
 */
function readSummary(target, code) {
  try {
    const summary = JSON.parse(readFileSync(target, 'utf8'));
    return code === 0 || summary.failed > 0 ? summary : null;
  } catch {
    return null;
  }
}
