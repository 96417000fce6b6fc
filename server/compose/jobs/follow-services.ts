import type { FormationParts } from '../../formation/context/formation-parts.js';
import { followServices } from '../../formation/services/follow-services.js';
import type { OpenedPorts } from '../../formation/services/open-ground.js';
import type { Job } from '../../schedule/job.js';

/** How soon a node that has come is let in. */
const everyMs = 2000;
/** A cloud may take minutes for its rules. */
const deadlineMs = 300_000;

/** Keeps what formations are attached to open to their nodes, and their variables where their services are. */
export function followAttached(formation: FormationParts): Job {
  const opened: OpenedPorts = new Map();
  const run = (signal: AbortSignal): Promise<void> => followServices(formation, opened, signal);
  return { name: 'follow-services', everyMs, deadlineMs, run };
}
