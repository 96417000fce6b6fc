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
    for (const { seconds, keepSeconds } of resolutions) {
      const at = rowStart(seconds, now.at);
      const known = await measures.find(of, seconds, at);
      await measures.put(of, seconds, at, known === undefined ? measure : mergeMeasures(known, measure));
      await measures.removeBefore(of, seconds, new Date(at.getTime() - keepSeconds * 1000));
    }
    return measure;
  });
}
