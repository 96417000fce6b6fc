import { RemoteFailure, UserError } from '../../../base/errors.js';
import type { PreflightCheck } from '../../provider.js';
import type { Ec2Api } from './account/ec2-api.js';
import { inTime, isAwsError, isOutOfTime } from './account/ec2-errors.js';
import { dryRunCalls, type PreflightRequest } from './dry-run-calls.js';

/**
 * Asks with DryRun every changing call of a launch and a termination, and every look that they need: who may
 * not, or lacks something, learns it now. RunInstances is the very call of a launch, of each type and in each
 * zone, but for the layer's own security group, which is not there yet.
 */
export async function dryRuns(
  api: Ec2Api,
  request: PreflightRequest,
  signal: AbortSignal,
): Promise<PreflightCheck[]> {
  const checks: PreflightCheck[] = [];
  for (const { what, ask, isOfNothing = false } of dryRunCalls(api, request, signal)) {
    if (isOutOfTime(signal)) break;
    checks.push({ what: `ec2:${what}`, ...(await outcomeOf(() => inTime('', signal, ask), isOfNothing)) });
  }
  return checks;
}

/** One finding as a check: its text when it resolves, the reason when the user can do something about it. */
export async function asCheck(
  what: string,
  signal: AbortSignal,
  find: () => Promise<string>,
): Promise<PreflightCheck> {
  try {
    return { what, ok: true, detail: await inTime('', signal, find) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return {
      what,
      ok: false,
      detail:
        error instanceof UserError || error instanceof RemoteFailure
          ? error.message
          : `${error.name}: ${error.message}`,
    };
  }
}

/**
 * DryRunOperation is AWS's yes. A complaint about the id of nothing comes after the permission was granted.
 */
async function outcomeOf(
  ask: () => Promise<unknown>,
  isOfNothing: boolean,
): Promise<Pick<PreflightCheck, 'ok' | 'detail'>> {
  try {
    await ask();
    return { ok: true, detail: 'allowed' };
  } catch (error) {
    if (isAwsError(error, 'DryRunOperation')) return { ok: true, detail: 'allowed' };
    if (
      isOfNothing &&
      error instanceof Error &&
      /^Invalid(InstanceID|Group|GroupId|AllocationID|AssociationID)\.(NotFound|Malformed)$/.test(error.name)
    )
      return { ok: true, detail: 'allowed, as far as can be asked without a machine' };
    if (!(error instanceof Error)) throw error;
    return {
      ok: false,
      detail: error instanceof RemoteFailure ? error.message : `${error.name}: ${error.message}`,
    };
  }
}
