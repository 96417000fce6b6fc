import type { Resolution } from '../store/app/measure-store.js';

/** How long rows are kept that stand for so many seconds. */
export interface Kept {
  readonly seconds: Resolution;
  readonly keepSeconds: number;
}

/** The finest first: an hour in steps of 10 s, a day in steps of a minute, a week in steps of 10 minutes. */
export const resolutions: readonly Kept[] = [
  { seconds: 10, keepSeconds: 3600 },
  { seconds: 60, keepSeconds: 86_400 },
  { seconds: 600, keepSeconds: 7 * 86_400 },
];

/** Measures older than that are gone. */
export const keptSeconds = Math.max(...resolutions.map(({ keepSeconds }) => keepSeconds));

/** Of one node, at all resolutions together; the row that is being filled counts, too. */
export const maxRowsPerNode = resolutions.reduce(
  (sum, { seconds, keepSeconds }) => sum + keepSeconds / seconds + 1,
  0,
);

/** The beginning of the row in which a moment lies. */
export function rowStart(seconds: number, moment: Date): Date {
  return new Date(Math.floor(moment.getTime() / 1000 / seconds) * seconds * 1000);
}

/** The finest that reaches back to a moment and is no finer than `stepSeconds` asks for; else the coarsest. */
export function resolutionFor(from: Date, now: Date, stepSeconds: number): Resolution {
  const age = (now.getTime() - from.getTime()) / 1000;
  const reaching = resolutions.filter(({ keepSeconds }) => keepSeconds >= age);
  const coarsest = resolutions[resolutions.length - 1]!;
  const fitting = reaching.filter(({ seconds }) => seconds <= stepSeconds);
  return (fitting[fitting.length - 1] ?? reaching[0] ?? coarsest).seconds;
}
