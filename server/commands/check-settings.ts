import { existsSync } from 'node:fs';
import { messageOf } from '../../base/errors.js';
import { blobStores } from '../blobs/blob-stores.js';
import { reach } from '../open-database.js';
import type { Settings } from '../settings/settings.js';
import { openDatabase } from '../store/database.js';
import { openMasterKeyFile } from '../store/sealing/master-key.js';
import { readTlsFiles } from '../certificates/tls-certificate.js';

/**
 * What would keep a controller with these settings from starting, all of it at once: TLS files, the master
 * key's file where there is one, an operator's database, a store in S3. Starts and changes nothing; an embedded
 * database is not looked at.
 */
export async function settingProblems(
  settings: Pick<Settings, 'http' | 'masterKeyFile' | 'databaseUrl' | 'dataDir' | 'store'>,
): Promise<string[]> {
  const { http, masterKeyFile, databaseUrl, dataDir, store } = settings;
  const found = await Promise.all([
    problemOf(async () => http.tls && readTlsFiles(http.tls)),
    problemOf(async () => (existsSync(masterKeyFile) ? openMasterKeyFile(masterKeyFile) : undefined)),
    problemOf(async () => databaseUrl !== undefined && reachDatabase(databaseUrl)),
    problemOf(() => checkStore(dataDir, store)),
  ]);
  return found.filter((problem) => problem !== undefined);
}

async function checkStore(dataDir: string, store: Settings['store']): Promise<void> {
  const blobs = await blobStores(dataDir, store);
  if (blobs.kind === 's3') await blobs.check();
}

async function reachDatabase(url: string): Promise<void> {
  const database = openDatabase({ url, poolSize: 1 });
  try {
    await reach(database, url);
  } finally {
    await database.destroy();
  }
}

async function problemOf(look: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await look();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
