import type { MeasuredNode, NodeMeasure } from '../store/app/measure-store.js';
import type { Stores } from '../store/stores.js';
import { mergeMeasures } from './measure.js';
import { resolutions, rowStart } from './resolutions.js';
import { readingOf, takeMeasure, type ReadNow } from './take-measure.js';

/**
 * Adds what a node did since it was read last to its rows, and takes away those that are too old. One transaction: what
 * was counted is in every row or in none, and counts once however many controllers read the node. What comes sooner
 * after the last reading than `minMs` is another controller's, and passed over.
 */
export async function recordMeasure(
  stores: Stores,
  of: MeasuredNode,
  now: ReadNow,
  minMs: number,
): Promise<NodeMeasure | undefined> {
  return stores.transaction(async ({ measures }) => {
    const before = await measures.lastReading(of);
    const elapsedMs = before === undefined ? 0 : now.at.getTime() - Date.parse(before.at);
    if (before !== undefined && Math.abs(elapsedMs) < minMs) return undefined;
    await measures.setReading(of, readingOf(now));
    // A clock that was set back begins anew.
    if (before === undefined || elapsedMs <= 0) return undefined;
    const measure = takeMeasure(before, now);
    await addToRows(measures, of, measure, now.at);
    return measure;
  });
}

/** So many questions however many resolutions there are: on shared nodes each guest has rows of its own. */
async function addToRows(
  measures: Stores['measures'],
  of: MeasuredNode,
  measure: NodeMeasure,
  now: Date,
): Promise<void> {
  const starts = resolutions.map(({ seconds, keepSeconds }) => {
    const at = rowStart(seconds, now);
    return { resolution: seconds, at, oldest: new Date(at.getTime() - keepSeconds * 1000) };
  });
  const known = await measures.find(of, starts);
  const rows = starts.map(({ resolution, at }) => {
    const before = known.get(resolution);
    return { resolution, at, measure: before === undefined ? measure : mergeMeasures(before, measure) };
  });
  await measures.put(of, rows);
  await measures.removeBefore(
    of,
    starts.map(({ resolution, oldest }) => ({ resolution, at: oldest })),
  );
}
