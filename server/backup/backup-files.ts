import { FileBlobs } from '../blobs/file-blobs.js';
import { blobStores, roomsOf } from '../blobs/blob-stores.js';
import type { BlobStore } from '../blobs/blob-store.js';
import type { S3Place } from '../blobs/s3-client.js';
import { GitProgram } from '../git/repository/git-program.js';
import { GitRepositories } from '../git/repository/git-repository.js';
import { registryFolder, RegistryStorage } from '../registry/registry-storage.js';
import { formationDirs } from '../slug/remove-formation-files.js';

/** What a backup reads beside the database, and a restore writes. */
export interface BackupFiles {
  readonly repositories: GitRepositories;
  /** Stores of which the archive holds every blob, by the room's name. */
  readonly rooms: Readonly<Record<string, BlobStore>>;
  /** Stores of which the archive holds the list alone. */
  readonly listed: Readonly<Record<string, BlobStore>>;
  /** Images of apps, of which the archive holds those that builds name. */
  readonly registry: RegistryStorage;
  /** Who has those images in the place of this host, in words: then the archive holds none. */
  readonly imagesAt: string | undefined;
}

/** The files of a data directory and of its store. @param imagesAt as `BackupFiles` has it */
export async function backupFiles(
  dataDir: string,
  store: S3Place | undefined,
  imagesAt: string | undefined,
): Promise<BackupFiles> {
  const dirs = formationDirs(dataDir);
  const rooms = roomsOf(await blobStores(dataDir, store));
  const buildpacks = new FileBlobs(dirs.buildpacks);
  return {
    repositories: new GitRepositories(dirs.repos, new GitProgram()),
    rooms: store === undefined ? { ...rooms, buildpacks } : { buildpacks },
    listed: store === undefined ? {} : rooms,
    registry: new RegistryStorage(registryFolder(dataDir)),
    imagesAt,
  };
}
