import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '../server/database.js';
import { GitClient } from './git-client.js';
import { startGitEndpoint, type GitEndpoint, type GitEndpointOptions } from './git-endpoint.js';
import { storeFormation, type StoredFormation } from '../server/stored-formation.js';

/** A git endpoint with a formation `app`, and its owner, who has a key there. */
export interface OwnedGit {
  readonly db: TestDatabase;
  /** Holds the repositories and what the client has. */
  readonly folder: string;
  readonly endpoint: GitEndpoint;
  readonly owned: StoredFormation;
  readonly client: GitClient;
}

/** @param options of the endpoint, beside its own database and folder */
export async function startOwnedGit(options: Partial<GitEndpointOptions> = {}): Promise<OwnedGit> {
  const db = await createTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'deis-owned-git-'));
  const owned = await storeFormation(db.stores, 'app');
  const endpoint = await startGitEndpoint({ url: db.url, folder, ...options });
  const client = new GitClient(folder, endpoint.port, endpoint.hostKeys);
  await client.register(db.stores, owned.user.id, await client.makeKey());
  return { db, folder, endpoint, owned, client };
}

/** @param git its endpoint may be another by now */
export async function stopOwnedGit(git: Pick<OwnedGit, 'db' | 'folder' | 'endpoint'>): Promise<void> {
  await git.endpoint.stop();
  await git.db.close();
  rmSync(git.folder, { recursive: true, force: true });
}
