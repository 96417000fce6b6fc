import type { Logger } from 'pino';
import { subjectOf } from '../formation/requests/operation-kinds.js';
import { appendEvent } from '../log/append-event.js';
import { operationText, type OperationAbout } from '../log/operation-events.js';
import type { OperationSeen, Watcher } from '../observe/observer.js';
import { actorOf, systemName } from '../store/operations/actor.js';
import type { Stores } from '../store/stores.js';
import { now } from './constants.js';
import type { Logs } from './open-logs.js';

type Asked = Pick<Stores, 'formations' | 'operations' | 'users'>;

/** Writes into the log of an app what is done for it. */
export function appLogWatcher(stores: Asked, { folderOf }: Pick<Logs, 'folderOf'>, log: Logger): Watcher {
  const write = async (seen: OperationSeen): Promise<void> => {
    const at = now();
    const formation = await stores.formations.byName(seen.formation);
    const text = operationText(seen, await aboutOperation(stores, seen.id));
    if (formation === undefined || text === undefined) return;
    await appendEvent(folderOf(formation.id), { process: seen.kind, text, at });
  };
  return {
    onOperation: (seen) => {
      if (operationText(seen) === undefined) return;
      write(seen).catch((error: unknown) =>
        log.warn({ err: error }, 'could not write into the log of an app'),
      );
    },
  };
}

async function aboutOperation({ operations, users }: Asked, id: string): Promise<OperationAbout> {
  const operation = await operations.byId(id);
  if (operation === undefined) return {};
  const actor = actorOf(operation);
  if (actor === null) return { subject: subjectOf(operation) };
  const by = 'system' in actor ? systemName(actor.system) : (await users.byId(actor.userId))?.username;
  return { subject: subjectOf(operation), by };
}
