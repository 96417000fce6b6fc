// Test files share the machine in lanes: mocha processes side by side, since most tests wait for machines
// rather than compute.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFast, secondsOf } from './seconds.mjs';

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

/** Signals that end what runs, and let nothing more begin. */
const stopping = ['SIGINT', 'SIGTERM'];
/** Once one has come, no later portions begin either. */
let isStopped = false;

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
 * Files in portions for `count` lanes, by seconds measured before: longest files first, and each portion a part
 * of what is left, down to `least` seconds, so that the lanes end together although a file may take longer than
 * it did. A portion is one mocha process, which makes a database of its own: fewer are better.
 */
export function inPortions(files, seconds, count, least = 120) {
  const weight = (file) => secondsOf(file, seconds);
  const sum = (some) => some.reduce((total, file) => total + weight(file), 0);
  const waiting = [...files].sort((a, b) => weight(b) - weight(a));
  const portions = [];
  while (waiting.length > 0) {
    const wanted = Math.max(sum(waiting) / (2 * count), least);
    const portion = [waiting.shift()];
    for (const file of [...waiting]) {
      if (sum(portion) + weight(file) > wanted) continue;
      portion.push(file);
      waiting.splice(waiting.indexOf(file), 1);
    }
    portions.push(portion);
  }
  return portions;
}

/**
 * The same, with those of the fast tiers behind the first portion: a first run makes images of machines, for which
 * every portion with acceptance tests waits, and these need none.
 */
export function portionsOf(files, seconds, count) {
  const [first, ...others] = inPortions(
    files.filter((file) => !isFast(file)),
    seconds,
    count,
  );
  const fast = inPortions(files.filter(isFast), seconds, count);
  return first === undefined ? fast : [first, ...fast, ...others];
}

/**
 * Runs the commands in `count` lanes, each the next as soon as it is free; they speak in their order, the first of
 * those that run at once. Answers the summaries that they wrote, null of one that wrote none. After a signal that ends
 * them, nothing begins any more, in later calls neither: the summaries of what did not run are null.
 */
export async function runLanes(root, commands, count = 1) {
  const folder = mkdtempSync(join(tmpdir(), 'deis-test-lanes-'));
  const [summaries, running] = [commands.map(() => undefined), []];
  let next = 0;
  const stop = (signal) => {
    isStopped = true;
    for (const [index, portion] of running.entries()) if (summaries[index] === undefined) portion.end(signal);
  };
  for (const signal of stopping) process.once(signal, stop);
  const lane = async () => {
    while (next < commands.length && !isStopped) {
      const index = next++;
      running[index] = startPortion(root, commands[index], join(folder, `${index}.json`));
      speakInOrder(running, summaries);
      summaries[index] = await running[index].summary;
      speakInOrder(running, summaries);
    }
  };
  try {
    await Promise.all(Array.from({ length: count }, lane));
    return summaries.map((summary) => summary ?? null);
  } finally {
    for (const signal of stopping) process.off(signal, stop);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lets those speak that have ended or run before all others, up to the first that still runs. */
function speakInOrder(running, summaries) {
  for (const [index, portion] of running.entries()) {
    portion.speak();
    if (summaries[index] === undefined) return;
  }
}

function startPortion(root, [program, ...args], target) {
  const child = spawn(program, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TEST_SUMMARY: target },
  });
  let kept = [];
  const take = (chunk) => (kept === null ? process.stdout.write(chunk) : kept.push(chunk));
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const summary = new Promise((resolve) => child.once('close', (code) => resolve(readSummary(target, code))));
  const speak = () => {
    if (kept !== null) process.stdout.write(Buffer.concat(kept));
    kept = null;
  };
  return { speak, summary, end: (signal) => child.kill(signal) };
}

/**
 * What mocha wrote; a process that broke off, or that failed without a failed test, is a failure of its own.
 */
function readSummary(target, code) {
  try {
    const summary = JSON.parse(readFileSync(target, 'utf8'));
    return code === 0 || summary.failed > 0 ? summary : null;
  } catch {
    return null;
  }
}
