import { UserError } from '../../base/errors.js';
import { instanceFact } from '../data-directory.js';
import { openFact } from '../store/instance-fact-store.js';
import type { SecretBox } from '../store/sealing/secret-box.js';
import { withSnapshot } from './database/database-snapshot.js';

/** The instance id that a database keeps, which also shows that the master key is the right one. @throws UserError */
export async function readInstance(databaseUrl: string, box: SecretBox): Promise<string> {
  const sealed = await withSnapshot(databaseUrl, (snapshot) => snapshot.sealed(instanceFact)).catch(
    (cause: unknown) => {
      throw new UserError('no controller has opened this database yet: start one first', { cause });
    },
  );
  if (sealed === undefined)
    throw new UserError('this database has no instance id yet: start the controller of this version once');
  try {
    return openFact(box, instanceFact, sealed).reveal();
  } catch (cause) {
    throw new UserError('the master key file is not the one that this database was encrypted under', {
      cause,
      field: 'DEIS_MASTER_KEY_FILE',
    });
  }
}
