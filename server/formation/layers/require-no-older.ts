import { Conflict } from '../../../base/errors.js';
import { olderConnections } from '../../store/older-controllers.js';
import type { Stores } from '../../store/stores.js';

/**
 * @param what this release knows of, and the one before does not
 * @throws Conflict while a controller is connected that would place containers without it
 */
export async function requireNoOlder({ database }: Pick<Stores, 'database'>, what: string): Promise<void> {
  if ((await olderConnections(database)) > 0)
    throw new Conflict(
      `a controller of the release before is connected to the database, which does not know ${what}: restart each ` +
        'controller on this release, then again',
    );
}
