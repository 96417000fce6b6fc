import type { Logger } from 'pino';
import { appendEvent } from '../log/append-event.js';
import { operationText } from '../log/operation-events.js';
import type { OperationSeen, Watcher } from '../observe/observer.js';
import type { Stores } from '../store/stores.js';
import { now } from './constants.js';
import type { Logs } from './open-logs.js';

/** Writes into the log of an app what is done for it. */
export function appLogWatcher(stores: Stores, { folderOf }: Pick<Logs, 'folderOf'>, log: Logger): Watcher {
  const write = async ({ formation: name, kind }: OperationSeen, text: string): Promise<void> => {
    const at = now();
    const formation = await stores.formations.byName(name);
    if (formation !== undefined) await appendEvent(folderOf(formation.id), { process: kind, text, at });
  };
  return {
    onOperation: (seen) => {
      const text = operationText(seen);
      if (text === undefined) return;
      write(seen, text).catch((error: unknown) =>
        log.warn({ err: error }, 'could not write into the log of an app'),
      );
    },
  };
}
