import { Conflict, UnknownName } from '../../../../base/errors.js';
import type { OperationContext } from '../../../operation/operation-context.js';
import type { ContainerRecord } from '../../../store/app/container-store.js';
import type { FormationRecord } from '../../../store/app/formation-store.js';
import type { OperationRecord } from '../../../store/operations/operation-store.js';
import type { UserRecord } from '../../../store/people/user-store.js';
import { chooseTarget } from '../../placement/choose-target.js';
import { deployWithin } from '../deploy-release.js';
import { enqueueOperation } from '../../requests/enqueue-operation.js';
import type { FormationParts } from '../../context/formation-parts.js';
import { requireSnapshot, withFormationWork } from '../../context/formation-work.js';
import { restartKind, type RestartParams } from '../../requests/kinds/containers/restart.js';

/** All containers, those of a process type, or one of them. */
export interface ContainerChoice {
  readonly type?: string | undefined;
  /** From 1; only beside a type. */
  readonly num?: number | undefined;
}

/**
 * Queues the work of making containers anew.
 * @throws Conflict when nothing runs, UnknownName when nothing of that type or number does
 */
export async function restartContainers(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  which: ContainerChoice,
): Promise<OperationRecord> {
  return enqueueOperation(
    parts,
    { actor: { userId: user.id }, formation, kind: restartKind, params: { ...which } },
    async (stores) => {
      const containers = await stores.containers.ofFormation(formation.id);
      const present = containers.filter(({ state }) => state === 'starting' || state === 'serving');
      if (present.length === 0)
        throw new Conflict(
          'nothing runs, so there is nothing to restart: start containers with `deis scale web=1`',
        );
      requireChosen(present, which);
      // What is started after this moment runs anew already, by whatever operation.
      return { through: Math.max(...containers.map(({ id }) => id)) };
    },
  );
}

/**
 * Deploys the live release again with new containers in the place of those chosen: they start, proxies
 * switch, the old retire. An attempt after the controller was killed goes on with what the earlier one has
 * started. @throws as deployRelease; the old go on then
 */
export async function carryOutRestart(
  parts: FormationParts,
  context: OperationContext,
  { through, ...which }: RestartParams,
): Promise<Record<string, unknown>> {
  return withFormationWork(parts, context, async (run) => {
    const target = chooseTarget(await requireSnapshot(parts.stores, run.formationId));
    if (target === undefined) return { containers: 0 };
    return deployWithin(run, target.id, {
      replaces: (container) => container.id <= through && isChosen(container, which),
    });
  });
}

function isChosen(container: Pick<ContainerRecord, 'type' | 'num'>, { type, num }: ContainerChoice): boolean {
  return (type === undefined || container.type === type) && (num === undefined || container.num === num);
}

function requireChosen(present: readonly ContainerRecord[], which: ContainerChoice): void {
  if (present.some((container) => isChosen(container, which))) return;
  const ofType = present.filter(({ type }) => type === which.type);
  const names = [
    ...new Set(
      (ofType.length > 0 ? ofType : present).map(({ type, num }) =>
        ofType.length > 0 ? `${type}.${num}` : type,
      ),
    ),
  ];
  const asked = which.num === undefined ? which.type : `${which.type}.${which.num}`;
  throw new UnknownName(
    `no container ${JSON.stringify(asked)} runs: there is ${names.slice(0, 10).join(', ')}`,
    { field: ofType.length > 0 ? 'num' : 'type' },
  );
}
