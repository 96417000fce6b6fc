import pLimit from 'p-limit';
import { messageOf } from '../../base/errors.js';
import type { AcmeParts } from './acme-parts.js';
import { lookAfterFormation } from './look-after-formation.js';

/** Formations at once: a CA that is slow for one does not hold up the others. */
const atOnce = 4;
const maxFormations = 1000;
/** A formation is left alone for so long when something went wrong here. */
const troubleMs = 60_000;

/**
 * Looks after the certificates of every formation where there may be something to do. Of several controllers one looks
 * after a formation at a time.
 */
export async function lookAfterDue(parts: AcmeParts, signal: AbortSignal): Promise<void> {
  const { stores, now } = parts.formation;
  const due = await stores.autoCerts.due(now(), maxFormations);
  const limit = pLimit(atOnce);
  const look = async (formationId: number): Promise<void> => {
    if (signal.aborted) return;
    const work = (): Promise<void> => lookAfterFormation(parts, formationId, signal);
    try {
      await stores.withLock(`acme/${formationId}`, work, { ifFree: true });
    } catch (error) {
      if (signal.aborted) return;
      parts.log.warn({ err: messageOf(error), formation: formationId }, 'could not look after certificates');
      await stores.autoCerts.lookAt(formationId, new Date(now().getTime() + troubleMs));
    }
  };
  await Promise.all(due.map((formationId) => limit(() => look(formationId))));
  signal.throwIfAborted();
}
