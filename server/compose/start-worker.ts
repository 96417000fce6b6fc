import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Faults } from '../operation/faults.js';
import { Worker } from '../operation/worker.js';
import type { OperationHandler } from '../operation/operation-context.js';
import type { Settings } from '../settings.js';
import { operationGraceMs, stepGraceMs } from './constants.js';
import { collectRuns } from '../formation/runs/collect-runs.js';
import type { FormationParts } from '../formation/context/formation-parts.js';
import type { Base } from './open-base.js';

/** How often one-off commands are looked after. */
const collectMs = 10_000;

/** Starts carrying out operations. */
export function startWorker(
  settings: Settings,
  base: Base,
  handlers: Readonly<Record<string, OperationHandler>>,
): void {
  const times = {
    leaseMs: settings.leaseMs,
    heartbeatMs: settings.heartbeatMs,
    graceMs: stepGraceMs,
    stopGraceMs: operationGraceMs,
  };
  const parts = {
    database: base.database.database,
    listener: base.listener,
    handlers,
    faults: new Faults(settings.faults),
    log: base.log,
  };
  const worker = new Worker(parts, {
    owner: `${hostname()}/${process.pid}/${randomUUID()}`,
    concurrency: settings.workers,
    ...times,
  });
  worker.start();
  base.shutdown.add('the operations', () => worker.stop());
}

/** Collects one-off commands that a controller has left behind, again and again. */
export function startRunCollector({ log, shutdown }: Base, formation: FormationParts): void {
  let isBusy = false;
  const collect = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    await collectRuns(formation).catch((error: unknown) =>
      log.warn({ err: error }, 'could not collect one-off commands'),
    );
    isBusy = false;
  };
  const timer = setInterval(() => void collect(), Math.min(collectMs, formation.settings.leaseMs));
  shutdown.add('collecting one-off commands', () => Promise.resolve(clearInterval(timer)));
}
