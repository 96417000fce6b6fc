import type { FormationParts } from '../../formation/context/formation-parts.js';
import { collectRuns } from '../../formation/runs/collect-runs.js';
import type { Job } from '../../schedule/job.js';

/** How often one-off commands are looked after. */
const maxEveryMs = 10_000;
/** Nodes that do not answer take their time. */
const deadlineMs = 300_000;

/** Collects one-off commands that a controller has left behind. */
export function collectLeftRuns(formation: FormationParts): Job {
  return {
    name: 'collect-runs',
    everyMs: Math.min(maxEveryMs, formation.settings.leaseMs),
    deadlineMs,
    run: () => collectRuns(formation),
  };
}
