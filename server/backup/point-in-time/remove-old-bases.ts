import type { BackupPlace } from '../places/backup-place.js';
import { segmentNumber, segmentOf } from './log-position.js';
import { readClusters, type KeptCluster } from './recovery-index.js';
import { logName } from './recovery-names.js';

/**
 * Removes all but the newest base backups of an instance, the log from before the oldest that stays, and all of its
 * clusters of which none stays. Resolves to the names of the base backups.
 */
export async function removeOldBases(place: BackupPlace, instance: string, keep: number): Promise<string[]> {
  const clusters = await readClusters(place, instance);
  const kept = new Set(
    clusters
      .flatMap(({ bases }) => bases)
      .sort((a, b) => b.endedAt.getTime() - a.endedAt.getTime())
      .slice(0, keep),
  );
  const removed: string[] = [];
  for (const cluster of clusters) {
    const folder = place.within(cluster.folder);
    const stay = cluster.bases.filter((base) => kept.has(base));
    // One without any has just been begun.
    if (cluster.bases.length > 0 && stay.length === 0)
      for (const { name } of await folder.files()) await folder.remove(name);
    for (const { name } of cluster.bases.filter((base) => !kept.has(base))) {
      for (const file of [`${name}.json`, `${name}.age`]) await folder.remove(file);
      removed.push(name);
    }
    if (stay.length > 0) await removeLog(folder, cluster, stay);
  }
  return removed;
}

async function removeLog(
  folder: BackupPlace,
  { log }: KeptCluster,
  bases: KeptCluster['bases'],
): Promise<void> {
  const first = Math.min(...bases.map(({ startAt }) => segmentOf(startAt)));
  for (const name of log) {
    const number = segmentNumber(name.slice(0, 24));
    if (number !== undefined && number < first) await folder.remove(logName(name));
  }
}
