/*
 * Preloaded into the controller. Writes down, line by line, what its event loop did in each second: [milliseconds that
 * its thread ran, milliseconds that it was ready and waited for a processor, the longest stretch that it ran without
 * looking at anything new, the longest pause of garbage collection]. The third is time on a processor, so that other
 * load on the machine is not in it; the fourth is by the clock, and tells where a long stretch comes from.
 */
import { appendFileSync, closeSync, openSync, readSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';

const everyMs = 5;
const bytes = Buffer.alloc(128);

/** Nanoseconds that the main thread ran, and that it waited for a processor. */
function schedule(file) {
  const [ran, waited] = bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0)).split(' ');
  return [Number(ran), Number(waited)];
}

const path = process.env['SOAK_LOOP'];
if (path !== undefined && process.argv[1]?.endsWith('deis-controller.js')) {
  const file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
  let before = schedule(file);
  let second = [0, 0, 0];
  let pause = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) pause = Math.max(pause, duration);
  }).observe({ entryTypes: ['gc'] });
  const tick = setInterval(() => {
    const now = schedule(file);
    const ran = (now[0] - before[0]) / 1e6;
    second = [second[0] + ran, second[1] + (now[1] - before[1]) / 1e6, Math.max(second[2], ran)];
    before = now;
  }, everyMs);
  const write = setInterval(() => {
    appendFileSync(path, `${JSON.stringify([...second, pause].map(Math.round))}\n`);
    second = [0, 0, 0];
    pause = 0;
  }, 1_000);
  for (const timer of [tick, write]) timer.unref();
  process.on('exit', () => closeSync(file));
}
