import type { BlobStore } from '../../blobs/blob-store.js';
import type { Stores } from '../../store/stores.js';

/**
 * Removes the bundles that no ref and no push under way needs, of which none is younger than `unusedSince`.
 * Resolves to their keys. Safe to repeat, and by several hosts on one store.
 */
export async function collectBundles(
  { repositoryBundles }: Pick<Stores, 'repositoryBundles'>,
  blobs: BlobStore,
  unusedSince: Date,
): Promise<string[]> {
  const old: string[] = [];
  for await (const { key, usedAt } of blobs.list()) if (usedAt < unusedSince) old.push(key);
  // Asked when the bundles have been listed: what is recorded between the two is known.
  const needed = await repositoryBundles.forget(unusedSince);
  const gone: string[] = [];
  for (const key of old.filter((each) => !needed.has(each))) {
    const present = await blobs.stat(key);
    if (present === undefined || present.usedAt >= unusedSince) continue;
    await blobs.remove(key);
    gone.push(key);
  }
  return gone;
}
