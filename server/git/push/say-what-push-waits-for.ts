import { waitUntil } from '../../../base/wait-until.js';
import type { StepSlots } from '../../store/operations/fair-share.js';
import type { QueueStore, WaitReason } from '../../store/operations/queue-store.js';

/** Longer than any operation may take. */
const deadlineMs = 24 * 3_600_000;
const everyMs = 1_000;

const texts: Readonly<Record<WaitReason, string>> = {
  operation: 'Waiting for another operation of this formation',
  time: 'Waiting for the time it is due',
  'build-slot': 'Waiting for a build slot: other builds are under way',
  worker: 'Waiting for a worker: other operations are under way',
};

/**
 * Says what a push waits for, and each time that this changes, until it begins or `signal` is aborted. What
 * is over within a second is not spoken of. Never rejects.
 */
export async function sayWhatPushWaitsFor(
  queue: Pick<QueueStore, 'positionsOf'>,
  slots: StepSlots,
  id: string,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let before: WaitReason | undefined;
  let said: WaitReason | undefined;
  const look = async (): Promise<true | undefined> => {
    const now = (await queue.positionsOf([id], slots)).get(id)?.waitingFor ?? undefined;
    if (signal.aborted || now === undefined) return true;
    if (now === before && now !== said) say(`-----> ${texts[now]}`);
    if (now === before) said = now;
    before = now;
    return undefined;
  };
  await waitUntil(look, { deadlineMs, intervalMs: everyMs, what: 'the push to begin', signal }).catch(
    () => undefined,
  );
}
