import type { OperationContext } from '../../../operation/operation-context.js';
import { Conflict } from '../../../../base/errors.js';
import type { TypeSettings } from '../../../../cookbooks/databag.js';
import type { BuildRecord } from '../../../store/app/builds/build-store.js';
import type { FormationRecord, Scale } from '../../../store/app/formation-store.js';
import type { Stores } from '../../../store/stores.js';
import type { OperationRecord } from '../../../store/operations/operation-store.js';
import type { UserRecord } from '../../../store/people/user-store.js';
import { baseRelease } from '../../releases/base-release.js';
import { checkCounts } from '../../requests/process-types/check-counts.js';
import { checkTypes } from '../../requests/process-types/check-types.js';
import { chooseTarget } from '../../placement/choose-target.js';
import { scaleProblem } from '../../placement/quota.js';
import { roomProblem } from '../../placement/room-on-nodes.js';
import { tagProblem } from '../../placement/tagged-nodes.js';
import { wantedContainers } from '../../placement/wanted-containers.js';
import { deployWithin } from '../deploy-release.js';
import { enqueueOperation } from '../../requests/enqueue-operation.js';
import type { FormationParts } from '../../context/formation-parts.js';
import { requireSnapshot, withFormationWork } from '../../context/formation-work.js';
import { countsText, supersedeQueued } from '../../requests/supersede-queued.js';
import { changesOf } from '../../requests/undo-record.js';
import {
  scaleContainersKind,
  type ScaleContainersParams,
} from '../../requests/kinds/containers/scale-containers.js';
import { drainGuests } from './drain-guests.js';

const maxContainers = 1000;

/**
 * Writes down how many containers of each process type shall run and queues the work; types not named stay as
 * they are. Scales that still wait are superseded: this one contains them.
 * @throws UserError for a count or a type that is none, or more than 100 of them, UnknownName
 * for a type that the Procfile lacks and never had; Conflict for more than the nodes take, or than a guest's quota
 */
export async function scaleContainers(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  counts: Readonly<Record<string, number>>,
): Promise<OperationRecord> {
  checkCounts(counts, maxContainers, 'containers');
  return enqueueOperation(
    parts,
    { actor: { userId: user.id }, formation, kind: scaleContainersKind },
    async (stores) => {
      const release = await baseRelease(stores, formation.id);
      const build = release?.buildId ? await stores.builds.byId(release.buildId) : undefined;
      const { scale } = (await stores.formations.byId(formation.id)) ?? formation;
      // A type that has left the Procfile may be counted out: it would come back with its old count.
      const isLeaving = (type: string): boolean => counts[type] === 0 && Object.hasOwn(scale, type);
      checkTypes(
        Object.keys(counts).filter((type) => !isLeaving(type)),
        build?.procfile,
      );
      await requireRoom(stores, formation, { scale, counts, build, tags: release?.tags ?? {} });
      await stores.formations.setScale(formation.id, { ...scale, ...counts });
      return supersedeQueued(stores, formation.id, scaleContainersKind, {
        counts,
        undo: { scale: changesOf(scale, counts) },
        by: `scale ${countsText(counts)}`,
      });
    },
  );
}

interface RoomRequest {
  /** Before. */
  readonly scale: Scale;
  /** What of it changes. */
  readonly counts: Scale;
  readonly build: BuildRecord | undefined;
  readonly tags: TypeSettings['tags'];
}

/** @throws Conflict where the nodes that there are cannot take them, or the host lets a guest have fewer */
async function requireRoom(
  stores: Stores,
  { id }: FormationRecord,
  { scale: present, counts, build, tags }: RoomRequest,
): Promise<void> {
  if (build === undefined) return;
  const snapshot = await requireSnapshot(stores, id);
  const scale = { ...present, ...counts };
  const wanted = wantedContainers(scale, build);
  const asked = Object.keys(counts).filter((type) => wanted.has(type));
  const problem =
    roomProblem(snapshot, wanted, tags) ?? tagProblem(snapshot, tags, asked) ?? scaleProblem(snapshot, scale);
  if (problem !== undefined) throw new Conflict(problem);
}

/** Makes the containers what the scale says: a deploy of the release that is live. */
export async function carryOutScaleContainers(
  parts: FormationParts,
  context: OperationContext,
  { drain }: Pick<ScaleContainersParams, 'drain'> = {},
): Promise<Record<string, unknown>> {
  return withFormationWork(parts, context, async (run) => {
    const target = chooseTarget(await requireSnapshot(parts.stores, run.formationId));
    const deployed = target && (await deployWithin(run, target.id, { isScale: drain === undefined }));
    if (drain !== undefined) await drainGuests(run, drain);
    if (deployed !== undefined) return deployed;
    const hint = 'nothing to run yet: push code with `git push deis HEAD:master`, and it runs at this scale';
    context.line(`       ${hint}`);
    return { containers: 0, hint };
  });
}
