import { waitForOperation } from '../../operation/wait-for-operation.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Reply } from '../endpoint/endpoint.js';
import type { FormationCall } from '../endpoint/endpoint-call.js';
import { readOperationJson } from './operation-json.js';
import { untilClosed } from '../http/abort-on-close.js';

/**
 * The answer to a long action: 200 with the operation when it ends in time (failed, too: its state says so),
 * else 202 with it; 202 at once with `Prefer: respond-async` (RFC 7240). `Location` names the operation
 * either way.
 */
export async function respondWithOperation(
  call: Pick<FormationCall<unknown, unknown>, 'parts' | 'request' | 'response'>,
  operation: OperationRecord,
): Promise<Reply> {
  const { parts, request, response } = call;
  const headers = { Location: `/api/operations/${operation.id}` };
  if (prefersAsync(request.get('prefer'))) {
    return {
      status: 202,
      headers: { ...headers, 'Preference-Applied': 'respond-async' },
      body: await readOperationJson(parts, operation),
    };
  }
  const latest = await waitForOperation(
    { operations: parts.stores.operations, listener: parts.listener },
    operation.id,
    parts.waitMs,
    untilClosed(response),
  );
  return {
    status: latest.finishedAt === null ? 202 : 200,
    headers,
    body: await readOperationJson(parts, latest),
  };
}

function prefersAsync(prefer: string | undefined): boolean {
  return (prefer ?? '')
    .split(',')
    .some((preference) => preference.split(';')[0]?.trim().toLowerCase() === 'respond-async');
}
