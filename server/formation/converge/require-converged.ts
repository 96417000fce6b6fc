import type { OperationContext } from '../../operation/operation-context.js';
import { convergeFailure, evidenceLines } from './converge-failure.js';
import type { NodeReport } from '../../../provisioner/engine.js';

/**
 * Shows what went wrong on each node, last log lines included. @throws OperationFailure when a node did not
 * converge
 */
export function requireConverged(
  context: Pick<OperationContext, 'line'>,
  what: string,
  reports: readonly NodeReport[],
): void {
  const failure = convergeFailure(what, reports);
  if (failure === undefined) return;
  for (const line of evidenceLines(reports)) context.line(line);
  throw failure;
}
