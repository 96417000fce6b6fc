import { randomUUID } from 'node:crypto';
import { Observer } from '../../../server/observe/observer.js';
import { buildSlots } from '../../../server/formation/requests/kinds/push.js';
import { Faults } from '../../../server/operation/faults.js';
import type { OperationHandler } from '../../../server/operation/operation-context.js';
import { Worker, type WorkerLog, type WorkerOptions } from '../../../server/operation/worker.js';
import { openDatabase } from '../../../server/store/database.js';
import { NotificationListener } from '../../../server/store/operations/notification-listener.js';
import { operationEventChannel } from '../../../server/store/operations/operation-event-store.js';
import { operationChannel } from '../../../server/store/operations/operation-store.js';

export interface TestWorker {
  readonly worker: Worker;
  readonly listener: NotificationListener;
  readonly logged: string[];
  stop(): Promise<void>;
}

/** Clocks scaled down for tests. */
export const fastTimes = {
  leaseMs: 1_500,
  heartbeatMs: 100,
  graceMs: 200,
  stopGraceMs: 300,
  concurrency: 8,
  slots: buildSlots(2),
};

/** A worker with a pool and a listening connection of its own, as another controller would have. Started. */
export async function startTestWorker(
  url: string,
  handlers: Readonly<Record<string, OperationHandler>>,
  options: Partial<WorkerOptions> & { faults?: Faults; observer?: Observer } = {},
): Promise<TestWorker> {
  const { faults = new Faults(), observer = new Observer(), ...times } = options;
  const logged: string[] = [];
  const note = (_fields: object, message: string): number => logged.push(message);
  const log: WorkerLog = { warn: note, error: note };
  const database = openDatabase({ url, poolSize: 6 });
  const listener = new NotificationListener(url, [operationChannel, operationEventChannel], () => undefined);
  await listener.start();
  const worker = new Worker(
    { database, listener, handlers, faults, log, observer },
    { owner: randomUUID(), ...fastTimes, ...times },
  );
  worker.start();
  const stop = async (): Promise<void> => {
    await worker.stop();
    await listener.stop();
    await database.destroy();
  };
  return { worker, listener, logged, stop };
}
