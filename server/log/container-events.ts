import type { PlatformEvent } from './append-event.js';

/** What a container was seen to do, as far as events tell of it. */
interface SeenRun {
  readonly state: string;
  readonly restarts: number;
  readonly exitCode: number | null;
  readonly outOfMemory: boolean;
}

/** A container, how it was seen before and how it was seen now. */
export interface SeenTwice {
  /** `web.1` */
  readonly process: string;
  readonly before: SeenRun | null;
  readonly now: SeenRun;
}

/** What happened to containers between two looks: crashes, ends, and those for want of memory. */
export function containerEvents(containers: readonly SeenTwice[], at: Date): PlatformEvent[] {
  return containers.flatMap(({ process, before, now }) => {
    const text = eventText(before, now);
    return text === undefined ? [] : [{ process, text, at }];
  });
}

function eventText(before: SeenRun | null, now: SeenRun): string | undefined {
  const times = now.restarts - (before?.restarts ?? 0);
  const hasStopped = now.state === 'stopped' && before?.state !== 'stopped';
  if (times <= 0 && !hasStopped) return undefined;
  const how = now.exitCode === null ? '' : ` with exit code ${now.exitCode}`;
  const why = now.outOfMemory ? ' for want of memory (it had used all of its limit)' : '';
  const what = now.outOfMemory ? 'was killed' : 'ended';
  if (times <= 0) return `${what}${why}${how}`;
  return `${what}${why}${how} and was restarted${times === 1 ? '' : `, ${times} times`}`;
}
