import { appendEvent } from '../log/append-event.js';
import { operationText } from '../log/operation-events.js';
import type { Watcher } from '../observe/observer.js';
import type { Stores } from '../store/stores.js';
import { now } from './constants.js';
import type { Logs } from './open-logs.js';

/** Writes into the log of an app what is done for it. */
export function appLogWatcher(stores: Stores, { folderOf }: Pick<Logs, 'folderOf'>): Watcher {
  return {
    onOperation: async (seen) => {
      const text = operationText(seen);
      const at = now();
      const formation = text === undefined ? undefined : await stores.formations.byName(seen.formation);
      if (text === undefined || formation === undefined) return;
      await appendEvent(folderOf(formation.id), { process: seen.kind, text, at });
    },
  };
}
