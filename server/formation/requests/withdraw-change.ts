import { messageOf } from '../../../base/errors.js';
import type { OperationContext, OperationHandler } from '../../operation/operation-context.js';
import type { WithdrawnWhen } from '../../operation/operation-kind.js';
import { isHandover, OperationCancelled, Superseded } from '../../operation/operation-errors.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';
import { deadlines } from '../context/deadlines.js';
import type { FormationParts } from '../context/formation-parts.js';
import { undoStep } from '../context/steps.js';
import { kindOf } from './operation-kinds.js';
import { mergeUndo, undoRecord, type Changed, type UndoRecord } from './undo-record.js';

/** The handler, after whose failure or cancel the desired state is what it was before the request. */
export function orWithdraw(
  parts: FormationParts,
  handler: OperationHandler,
  when: WithdrawnWhen,
): OperationHandler {
  return async (context) => {
    try {
      return await handler(context);
    } catch (error) {
      const isWithdrawn =
        !isHandover(error) &&
        !(error instanceof Superseded) &&
        (when === 'failed' || error instanceof OperationCancelled);
      if (isWithdrawn) await withdrawWithin(parts, context, error);
      throw error;
    }
  };
}

/** As withdrawChange, as a step of the operation that has failed. */
export async function withdrawWithin(
  parts: FormationParts,
  context: OperationContext,
  error: unknown,
): Promise<void> {
  const { operation } = context;
  if (operation.formationId === null) return;
  const reason = messageOf(error);
  const formationId = operation.formationId;
  await context.cleanupStep(undoStep, deadlines.live, () =>
    parts.stores.withFormationLock(formationId, async (stores) =>
      withdrawChange(stores, (await stores.operations.byId(operation.id)) ?? operation, reason),
    ),
  );
}

/**
 * Takes back what the request of an operation has written down, as far as nobody has changed it since:
 * counts, what nodes were, and the release that waits for it. Operations that were accepted later know then
 * what was before them. Nodes that came with it are `removing`. Safe to repeat; belongs in a transaction that
 * holds the formation's lock.
 */
export async function withdrawChange(
  stores: Stores,
  operation: OperationRecord,
  reason: string,
): Promise<void> {
  const { formationId } = operation;
  const formation = formationId === null ? undefined : await stores.formations.byId(formationId);
  if (formation === undefined) return;
  const { scale = {}, counts = {}, nodes = {}, made = [] } = undoRecord(operation);
  const later = (await stores.operations.unfinishedOfFormation(formation.id, 'formation')).filter(
    ({ seq }) => seq > operation.seq,
  );
  const open = await handOn(stores, later, { scale, counts });
  if (open.scale.length > 0)
    await stores.formations.setScale(formation.id, withdrawScale(formation.scale, open.scale));
  await withdrawCounts(stores, formation.id, new Map(open.counts));
  await withdrawNodes(stores, formation.id, nodes, made);
  await kindOf(operation)?.revert(stores, { operation, later, reason });
}

function withdrawScale(
  scale: Readonly<Record<string, number>>,
  changes: readonly [string, Changed][],
): Record<string, number> {
  const taken = new Map(changes.filter(([type, { to }]) => scale[type] === to));
  const present = Object.entries(scale).map(([type, count]): [string, number | null] => [
    type,
    taken.has(type) ? taken.get(type)!.from : count,
  ]);
  return Object.fromEntries(present.filter((entry): entry is [string, number] => entry[1] !== null));
}

async function withdrawCounts(
  stores: Stores,
  formationId: number,
  changes: ReadonlyMap<string, Changed>,
): Promise<void> {
  for (const layer of await stores.layers.ofFormation(formationId)) {
    const change = changes.get(layer.name);
    if (change?.to === layer.count && change.from !== null)
      await stores.layers.setCount(layer.id, change.from);
  }
}

async function withdrawNodes(
  stores: Stores,
  formationId: number,
  before: NonNullable<UndoRecord['nodes']>,
  made: readonly string[],
): Promise<void> {
  for (const node of await stores.nodes.ofFormation(formationId)) {
    const was = before[node.name] ?? {};
    const isChanged =
      (was.status !== undefined && node.status === 'removing') ||
      (was.scheduling !== undefined && node.scheduling === 'drained');
    if (isChanged) await stores.nodes.update(node.id, was);
    if (made.includes(node.name)) await stores.nodes.update(node.id, { status: 'removing' });
  }
}

/**
 * What a later operation has changed again is that one's to take back: to what was before both. Resolves to
 * the rest.
 */
async function handOn(
  stores: Stores,
  later: readonly OperationRecord[],
  own: Record<'scale' | 'counts', Readonly<Record<string, Changed>>>,
): Promise<Record<'scale' | 'counts', [string, Changed][]>> {
  const open = { scale: Object.entries(own.scale), counts: Object.entries(own.counts) };
  for (const operation of later) {
    const undo = undoRecord(operation);
    for (const key of ['scale', 'counts'] as const) {
      const mine = open[key].filter(([name]) => undo[key]?.[name] !== undefined);
      if (mine.length === 0) continue;
      open[key] = open[key].filter(([name]) => undo[key]?.[name] === undefined);
      const merged = mergeUndo({ [key]: Object.fromEntries(mine) }, undo);
      await stores.operations.setParams(operation.id, { ...operation.params, undo: merged });
    }
  }
  return open;
}
