import type { Blob, BlobStore } from './blob-store.js';

/**
 * Removes those of some listed blobs that nobody has written or touched since. Resolves to their keys. Safe to
 * repeat, and by several hosts on one store. @param remove what is done for each; by default the blob goes
 */
export async function removeUnused(
  blobs: BlobStore,
  listed: readonly Pick<Blob, 'key'>[],
  unusedSince: Date,
  remove = (key: string): Promise<void> => blobs.remove(key),
): Promise<string[]> {
  const gone: string[] = [];
  for (const { key } of listed) {
    // It may have come into use while others were removed.
    const present = await blobs.stat(key);
    if (present === undefined || present.usedAt >= unusedSince) continue;
    await remove(key);
    gone.push(key);
  }
  return gone;
}
