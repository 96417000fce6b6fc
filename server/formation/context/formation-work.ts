import { NotFound } from '../../../base/errors.js';
import type { OperationContext } from '../../operation/operation-context.js';
import { runStep } from '../../operation/run-step.js';
import {
  readFormationSnapshot,
  type FormationSnapshot,
  type Place,
} from '../../store/app/formation-snapshot.js';
import type { Stores } from '../../store/stores.js';
import type { DatabagContext } from '../databag/calculate-databag.js';
import { controllerAddresses } from './controller-addresses.js';
import { waits } from './deadlines.js';
import { maskedFleet } from './masked-fleet.js';
import type { NodeFleet } from './node-fleet.js';
import type { FormationParts } from './formation-parts.js';

/** One operation at work on a formation: its connections, and what it asks for once only. */
export interface FormationWork {
  readonly parts: FormationParts;
  readonly context: OperationContext;
  readonly formationId: number;
  readonly fleet: NodeFleet;
  readonly facts: DatabagContext;
  /** Whose nodes the work is about; absent: those of where the formation lives. */
  readonly place?: Place | undefined;
  /** Names of nodes that were silent just now: they are given less time to answer. */
  readonly suspects?: ReadonlySet<string>;
}

/**
 * Gives the operation its fleet and closes that at the end, whatever happens.
 * @param signal of a step that puts things back: the operation's own has been aborted then
 * @throws NotFound when the formation is gone
 */
export async function withFormationWork<T>(
  parts: FormationParts,
  context: OperationContext,
  work: (run: FormationWork) => Promise<T>,
  signal: AbortSignal = signalOf(context),
): Promise<T> {
  const formationId = context.operation.formationId;
  if (formationId === null) throw new NotFound(`formation ${context.operation.formationName} is gone`);
  const facts = await readFacts(parts, formationId, signal);
  const fleet = maskedFleet(parts.openFleet());
  try {
    return await work({ parts, context, formationId, fleet, facts });
  } finally {
    await fleet.close();
  }
}

/** An attempt after another comes to what puts that back, also when it is cancelled. */
function signalOf({ operation, signal }: OperationContext): AbortSignal {
  return operation.attempts > 1 ? new AbortController().signal : signal;
}

/** The same work about the nodes of another place. @throws OperationDeadline as `readFacts` */
export async function workAt(run: FormationWork, place: Place, signal: AbortSignal): Promise<FormationWork> {
  return { ...run, place, facts: await readFacts(run.parts, run.formationId, signal, waits.answer, place) };
}

/**
 * What the formation's databag says beside its rows. @throws OperationDeadline when a cloud has not answered
 * within `deadlineMs`
 */
export async function readFacts(
  parts: FormationParts,
  formationId: number,
  signal: AbortSignal,
  deadlineMs: number = waits.answer,
  place?: Place,
): Promise<DatabagContext> {
  const snapshot = await requireSnapshot(parts.stores, formationId, [], place);
  const { formation, host = formation, layers, nodes } = snapshot;
  const limits = {
    name: "facts (asking the provider for the controller's addresses)",
    deadlineMs,
    signal,
    graceMs: 0,
  };
  const controllers = await runStep(limits, (within) => controllerAddresses(parts, host, layers, within));
  const logs = await parts.logSending?.(formationId, nodes, controllers);
  return {
    controllers,
    healthSeconds: parts.settings.healthSeconds,
    ...(parts.settings.domain === undefined ? {} : { domain: parts.settings.domain }),
    ...(logs === undefined ? {} : { logs }),
  };
}

/**
 * The formation as it is now, seen from the work's own place. Within a transaction `requireSnapshot` reads it with the
 * stores of that. @throws NotFound when the formation is gone
 */
export async function snapshotOf(
  { parts, formationId, place }: Pick<FormationWork, 'parts' | 'formationId' | 'place'>,
  releaseIds: readonly number[] = [],
): Promise<FormationSnapshot> {
  return requireSnapshot(parts.stores, formationId, releaseIds, place);
}

/** As readFormationSnapshot. @throws NotFound when the formation is gone */
export async function requireSnapshot(
  stores: Stores,
  formationId: number,
  releaseIds: readonly number[] = [],
  place?: Place,
): Promise<FormationSnapshot> {
  const snapshot = await readFormationSnapshot(stores, formationId, releaseIds, place);
  if (snapshot === undefined) throw new NotFound('the formation is gone');
  return snapshot;
}
