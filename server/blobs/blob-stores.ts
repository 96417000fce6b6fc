import { join } from 'node:path';
import type { BlobStore } from './blob-store.js';
import { FileBlobs } from './file-blobs.js';
import type { S3Place } from './s3-client.js';
import type { S3Stores } from './s3-stores.js';

/** The store, by what is in it. */
export interface FileStores {
  readonly kind: 'files';
  readonly slugs: FileBlobs;
  readonly images: FileBlobs;
}
export type BlobStores = FileStores | S3Stores;

/** The store of the settings. Nothing is asked of it yet. The SDK of S3 is loaded where one is in S3. */
export async function blobStores(dataDir: string, place: S3Place | undefined): Promise<BlobStores> {
  if (place !== undefined) return (await import('./s3-stores.js')).s3Stores(dataDir, place);
  return {
    kind: 'files',
    slugs: new FileBlobs(join(dataDir, 'slugs')),
    images: new FileBlobs(join(dataDir, 'images')),
  };
}

/** Every room of a store. */
export function roomsOf(stores: BlobStores): Record<string, BlobStore> {
  const { slugs, images } = stores;
  return stores.kind === 's3' ? { slugs, images, bundles: stores.bundles } : { slugs, images };
}
