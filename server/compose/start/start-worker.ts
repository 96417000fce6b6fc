import { Faults } from '../../operation/faults.js';
import { Worker } from '../../operation/worker.js';
import type { OperationHandler } from '../../operation/operation-context.js';
import type { Settings } from '../../settings/settings.js';
import { leaseOwner, operationGraceMs, stepGraceMs } from '../constants.js';
import { buildSlots } from '../../formation/requests/kinds/push.js';
import type { Base } from '../open-base.js';

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
    observer: base.observer,
  };
  const worker = new Worker(parts, {
    owner: leaseOwner,
    concurrency: settings.workers,
    slots: buildSlots(settings.build.atOnce),
    ...times,
  });
  worker.start();
  base.shutdown.add('the operations', () => worker.stop());
}
