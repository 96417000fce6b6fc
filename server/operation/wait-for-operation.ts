import { NotFound } from '../../base/errors.js';
import type { NotificationListener } from '../store/operations/notification-listener.js';
import {
  operationChannel,
  type OperationRecord,
  type OperationStore,
} from '../store/operations/operation-store.js';
import { Wakeup } from './wakeup.js';

export interface OperationSource {
  readonly operations: OperationStore;
  readonly listener: NotificationListener;
}

/** Looked again after this long even if no notification came. */
const pollMs = 2_000;

/**
 * The operation once it has ended, or as it stands when `deadlineMs` has passed or `signal` is aborted.
 * @throws NotFound
 */
export async function waitForOperation(
  source: OperationSource,
  id: string,
  deadlineMs: number,
  signal?: AbortSignal,
): Promise<OperationRecord> {
  const end = performance.now() + deadlineMs;
  const wakeup = new Wakeup(signal ?? new AbortController().signal);
  const unlisten = source.listener.on(operationChannel, (heard) =>
    heard === null || heard === id ? wakeup.wake() : undefined,
  );
  try {
    for (;;) {
      const operation = await source.operations.byId(id);
      if (operation === undefined) throw new NotFound(`no operation ${id}`);
      const left = end - performance.now();
      if (operation.finishedAt !== null || left <= 0 || signal?.aborted === true) return operation;
      await wakeup.wait(Math.min(pollMs, left));
    }
  } finally {
    unlisten();
    wakeup.close();
  }
}
