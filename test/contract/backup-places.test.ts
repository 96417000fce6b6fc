import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPlace } from '../../server/backup/places/open-place.js';
import { keepsBackups, type TestPlace } from '../support/server/backup-place-contract.js';

async function folderPlace(): Promise<TestPlace> {
  const folder = mkdtempSync(join(tmpdir(), 'deis-place-'));
  const access = { endpoint: undefined, region: undefined, pathStyle: false, keys: undefined };
  return {
    place: await openPlace(join(folder, 'backups'), access),
    unfinished: async () =>
      readdirSync(join(folder, 'backups')).filter((name) => name.startsWith('.')).length,
    remove: async () => rmSync(folder, { recursive: true }),
  };
}

keepsBackups('a folder', folderPlace);
