import { NotFound } from '../../../base/errors.js';
import type { OperationContext } from '../../operation/operation-context.js';
import { runStep } from '../../operation/run-step.js';
import { readFormationSnapshot, type FormationSnapshot } from '../../store/app/formation-snapshot.js';
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
  /** Names of nodes that were silent just now: they are given less time to answer. */
  readonly suspects?: ReadonlySet<string>;
}

/**
 * Gives the operation its fleet and closes that at the end, whatever happens. @throws NotFound when the
 * formation is gone
 */
export async function withFormationWork<T>(
  parts: FormationParts,
  context: OperationContext,
  work: (run: FormationWork) => Promise<T>,
): Promise<T> {
  const formationId = context.operation.formationId;
  if (formationId === null) throw new NotFound(`formation ${context.operation.formationName} is gone`);
  // An attempt after another comes to what puts that back, also when it is cancelled.
  const signal = context.operation.attempts > 1 ? new AbortController().signal : context.signal;
  const facts = await readFacts(parts, formationId, signal);
  const fleet = maskedFleet(parts.openFleet());
  try {
    return await work({ parts, context, formationId, fleet, facts });
  } finally {
    await fleet.close();
  }
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
): Promise<DatabagContext> {
  const { formation, host = formation, layers, nodes } = await requireSnapshot(parts.stores, formationId);
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

/** As readFormationSnapshot. @throws NotFound when the formation is gone */
export async function requireSnapshot(
  stores: Stores,
  formationId: number,
  releaseIds: readonly number[] = [],
): Promise<FormationSnapshot> {
  const snapshot = await readFormationSnapshot(stores, formationId, releaseIds);
  if (snapshot === undefined) throw new NotFound('the formation is gone');
  return snapshot;
}
