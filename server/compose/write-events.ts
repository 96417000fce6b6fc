import { appendEvent, type PlatformEvent } from '../log/append-event.js';
import type { Base } from './open-base.js';

/** Writes lines of the platform into the log of an app. Never throws: a log that takes none is said in ours. */
export async function writeEvents(
  { logs, log }: Pick<Base, 'logs' | 'log'>,
  formationId: number,
  events: readonly PlatformEvent[],
): Promise<void> {
  for (const event of events)
    await appendEvent(logs.folderOf(formationId), event).catch((error: unknown) =>
      log.warn({ err: error }, 'could not write into the log of an app'),
    );
}
