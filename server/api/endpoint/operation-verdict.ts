import type { OperationRecord } from '../../store/operations/operation-store.js';

/** Of an operation whose end was not waited for. */
export const accepted = 'accepted';

/**
 * What the audit log says of a change that an operation carries out: `accepted` until that has ended, then how. The
 * reason is its first line.
 */
export function operationVerdict({ state, error }: Pick<OperationRecord, 'state' | 'error'>): string {
  if (state === 'queued' || state === 'running') return accepted;
  if (state === 'succeeded') return 'done';
  const [why = ''] = (error?.message ?? '').split('\n');
  return why === '' ? state : `${state}: ${why}`;
}
