import type { Stores } from '../store/stores.js';
import { measureSeries, type MeasureSeries } from './measure-series.js';
import { keptSeconds, resolutionFor } from './resolutions.js';

/** More steps are not given at once. */
export const maxSteps = 500;

export interface WantedSeries {
  readonly from: Date;
  readonly to: Date;
  /** How many steps at most. */
  readonly steps: number;
}

export interface ReadSeries extends MeasureSeries {
  readonly from: Date;
  readonly to: Date;
  readonly stepSeconds: number;
  readonly count: number;
}

/**
 * What a formation did in some time, in at most so many steps, each a whole number of rows of the resolution that
 * reaches back so far. What is older than all that is kept is passed over.
 */
export async function readSeries(
  stores: Stores,
  formationId: number,
  wanted: WantedSeries,
  now: Date,
): Promise<ReadSeries> {
  const first = Math.max(wanted.from.getTime(), now.getTime() - keptSeconds * 1000);
  const span = Math.max(1, (wanted.to.getTime() - first) / 1000);
  const resolution = resolutionFor(new Date(first), now, span / wanted.steps);
  const stepSeconds = Math.ceil(span / wanted.steps / resolution) * resolution;
  const end = Math.ceil(wanted.to.getTime() / 1000 / resolution) * resolution;
  const count = Math.min(wanted.steps, Math.ceil(span / stepSeconds));
  const [from, to] = [new Date((end - count * stepSeconds) * 1000), new Date(end * 1000)];
  const records = await stores.measures.ofFormation(formationId, resolution, { from, to });
  return { from, to, stepSeconds, count, ...measureSeries(records, { from, stepSeconds, count }) };
}
