import type { Blob, BlobStore } from '../../blobs/blob-store.js';
import { removeUnused } from '../../blobs/remove-unused.js';
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
  const old: Blob[] = [];
  for await (const blob of blobs.list()) if (blob.usedAt < unusedSince) old.push(blob);
  // Asked when the bundles have been listed: what is recorded between the two is known.
  const needed = await repositoryBundles.forget(unusedSince);
  const strays = old.filter(({ key }) => !needed.has(key));
  return removeUnused(blobs, strays, unusedSince);
}
