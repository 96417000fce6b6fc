import { UserError } from '../../../base/errors.js';
import { DataDirectory } from '../../data-directory.js';
import { openOwnDatabase } from '../../open-database.js';
import type { Settings } from '../../settings/settings.js';
import {
  addMasterKey,
  checkMasterKey,
  hasOlderKeys,
  openMasterKeyFile,
  retireOlderKeys,
} from '../../store/sealing/master-key.js';
import { countOldBoxes, resealSecrets } from '../../store/sealing/reseal-secrets.js';

export interface KeyRotation {
  /** An earlier rotation was cut off: this one ended it, and made no key of its own. */
  readonly resumed: boolean;
  /** Secrets that were encrypted anew. */
  readonly resealed: number;
  /** Where the older keys are now. */
  readonly retiredTo: string;
}

/**
 * Makes a new master key and encrypts every secret of the database under it. The older key stays readable
 * beside the new one until the last secret is done, so that it may be killed at any time, and a controller
 * may start in between; the same command again goes on.
 * @throws Conflict while a controller runs: it would not know the new key
 */
export async function rotateMasterKey(
  settings: Settings,
  onProgress: (line: string) => void,
): Promise<KeyRotation> {
  const folder = await DataDirectory.open(settings.dataDir);
  try {
    const { database, close } = await openOwnDatabase(settings, {
      onEmpty: () => refuse(settings),
      onUpgrade: refuseUpgrade,
    });
    try {
      const path = settings.masterKeyFile;
      await checkMasterKey(database, await openMasterKeyFile(path), path);
      const resumed = await hasOlderKeys(path);
      if (!resumed) await addMasterKey(path);
      const box = await openMasterKeyFile(path);
      const resealed = await resealSecrets(database, box, {
        onProgress: (count) => onProgress(`${count} secrets encrypted again`),
      });
      const left = await countOldBoxes(database, box);
      if (left > 0) throw new Error(`${left} secrets are still under an older key`);
      return { resumed, resealed, retiredTo: await retireOlderKeys(path) };
    } finally {
      await close();
    }
  } finally {
    await folder.close();
  }
}

function refuse({ dataDir }: Settings): Promise<never> {
  return Promise.reject(new UserError(`${dataDir} holds no database yet: start a controller first`));
}

/** What is half done here is gone on with by the same program: it begins on the schema that it leaves. */
function refuseUpgrade(): Promise<never> {
  return Promise.reject(
    new UserError('the database is of an earlier release: run deis-controller upgrade first'),
  );
}
