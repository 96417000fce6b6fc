import { cpus, loadavg } from 'node:os';
import type { LoopSeen } from './loop.js';
import { percentile, type Measured } from './probe.js';

/** What was measured meanwhile: milliseconds, and of what failed what it was. */
export interface Figures {
  readonly health: readonly number[];
  readonly api: readonly number[];
  /** Of a server that does nothing, on the same machine at the same time. */
  readonly floor: readonly number[];
  readonly failed: readonly string[];
  readonly loop: LoopSeen;
}

/** Milliseconds: the 99th percentile of /health, the 95th of the API, the longest stretch of the event loop. */
const most = { health: 100, api: 500, loop: 100 };
/** Of fewer answers the 99th percentile is the worst or the second: one pause of the disk. The 95th counts then. */
const fewAnswers = 1_000;

/** Sorted as the probe leaves them. */
export function figuresOf(measured: Measured, loop: LoopSeen): Figures {
  const { health, api, floor } = measured;
  return {
    health: health!.ms,
    api: api!.ms,
    floor: floor!.ms,
    failed: [...health!.failed, ...api!.failed],
    loop,
  };
}

/**
 * What did not hold, in sentences. What the machine adds is not the controller's: a server that does nothing is as
 * late, and who gets a half of the time that it asks for takes twice as long.
 */
export function wrongWith({ health, api, floor, failed, loop }: Figures): string[] {
  const allowed = (ms: number): number => ms / (1 - Math.min(loop.waited, 0.9)) + percentile(floor, 0.99);
  const part = health.length < fewAnswers ? 0.95 : 0.99;
  const [healthMs, apiMs] = [percentile(health, part), percentile(api, 0.95)];
  const wrong = failed.map((what) => `the probe got no good answer: ${what}`);
  const late = (what: string, ms: number, limit: number): void => {
    if (!(ms < limit)) wrong.push(`${what} took ${ms.toFixed(0)} ms, ${limit.toFixed(0)} at most`);
  };
  late(`/health (p${part * 100})`, healthMs, allowed(most.health));
  late('the API (p95)', apiMs, allowed(most.api));
  late('the longest stretch of the event loop', loop.longestMs, most.loop);
  return wrong;
}

/** Two lines. */
export function sayFigures(
  name: string,
  { health, api, floor, loop }: Figures,
  talk: (line: string) => void,
): void {
  talk(`${name}: ${each('/health', health)}; ${each('the API', api)}`);
  talk(
    `${name}: ${each('a server that does nothing', floor)}; the event loop ran ${share(loop.ran)}, ` +
      `${loop.longestMs} ms at a stretch (${loop.pauseMs} ms at most to collect garbage), and waited for a processor ` +
      `${share(loop.waited)} of its time; ` +
      `load ${loadavg()[0]!.toFixed(1)} on ${cpus().length} processors`,
  );
}

function each(name: string, ms: readonly number[]): string {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((part) => percentile(ms, part).toFixed(1));
  return `${name} p50 ${p50}, p95 ${p95}, p99 ${p99} ms of ${ms.length}`;
}

function share(part: number): string {
  return `${(part * 100).toFixed(0)} %`;
}
