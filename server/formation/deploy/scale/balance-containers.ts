import type { OperationContext } from '../../../operation/operation-context.js';
import type { FormationRecord } from '../../../store/app/formation-store.js';
import type { OperationRecord } from '../../../store/operations/operation-store.js';
import type { UserRecord } from '../../../store/people/user-store.js';
import { chooseTarget } from '../../placement/choose-target.js';
import { deployWithin } from '../deploy-release.js';
import { planDeploy } from '../deploy-work.js';
import { readCarried } from '../measured-use.js';
import { enqueueOperation } from '../../requests/enqueue-operation.js';
import { queueBalance } from '../../requests/queue-balance.js';
import type { FormationParts } from '../../context/formation-parts.js';
import { requireSnapshot, withFormationWork, type FormationWork } from '../../context/formation-work.js';
import { balanceKind } from '../../requests/kinds/containers/balance.js';

/** Queues the work of evening the containers out over the nodes; what shall run stays as it is. */
export async function balanceContainers(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
): Promise<OperationRecord> {
  return enqueueOperation(parts, { actor: { userId: user.id }, formation, kind: balanceKind });
}

/**
 * Moves containers until no node has two more than another of any process type, and how full nodes are, by what
 * those of all formations may use, is as even as that lets it be: new ones start, proxies switch, the old retire, as
 * in a
 * deploy. Changes nothing when they stand so already. Guests do the same with theirs, each in its own queue.
 */
export async function carryOutBalance(
  parts: FormationParts,
  context: OperationContext,
): Promise<Record<string, unknown>> {
  return withFormationWork(parts, context, async (run) => {
    const snapshot = await requireSnapshot(parts.stores, run.formationId);
    const target = chooseTarget(snapshot);
    const carried = await readCarried(parts, snapshot);
    const plan = target?.build
      ? planDeploy(snapshot, { releaseId: target.id, carried, evenly: true })
      : undefined;
    // What an earlier attempt has started counts: it is not behind the proxies yet.
    const moved =
      plan === undefined
        ? 0
        : Math.max(
            plan.retire.length,
            plan.start.length + plan.keep.filter(({ state }) => state === 'starting').length,
          );
    context.line(
      moved === 0
        ? '       nothing to move: the containers are spread evenly'
        : `-----> Moving ${moved} container${moved === 1 ? '' : 's'}`,
    );
    // An earlier attempt may have died between the switch and the retiring of the old.
    const isDone = target === undefined || (moved === 0 && context.operation.attempts <= 1);
    const result = isDone ? {} : await deployWithin(run, target.id, { evenly: true });
    await balanceGuests(run);
    return { moved, ...result };
  });
}

/** Nobody waits for them: each has its own deploys before and after. */
async function balanceGuests({ parts, context, formationId }: FormationWork): Promise<void> {
  const { stores, newId } = parts;
  const guests = await stores.formations.guestsOf(formationId);
  if (guests.length === 0) return;
  for (const guest of guests)
    await stores.withFormationLock(guest.id, async (inside) => {
      const formation = await inside.formations.byId(guest.id);
      if (formation === undefined || formation.destroying) return;
      await queueBalance({ stores: inside, newId }, formation);
    });
  context.line(
    `-----> Guests even theirs out by operations of their own: ${guests.map(({ name }) => name).join(', ')}`,
  );
}
