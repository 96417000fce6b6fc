import type { Request } from 'express';
import { Forbidden } from '../../../base/errors.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import type { OnMember } from './access.js';
import type { AppParts } from './app-parts.js';
import { toProblem } from '../http/problem.js';
import { operationVerdict } from './operation-verdict.js';

export interface AuditedCall {
  readonly parts: AppParts;
  readonly request: Request;
  readonly user: Pick<UserRecord, 'username'> & { readonly id: number | null };
  readonly formation?: Pick<FormationRecord, 'id' | 'name'> | undefined;
  /** What is done to what: names, never values. */
  readonly target: Readonly<Record<string, unknown>>;
}

/** What a change is answered with. */
type Answer = { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } | undefined;

/**
 * Carries out a change with an entry in the audit log: written before it begins, completed when it has ended,
 * is accepted, refused or failed.
 */
export async function audited<Reply extends Answer>(
  call: AuditedCall,
  change: () => Promise<Reply>,
): Promise<Reply> {
  const { parts, request } = call;
  const { audit } = parts.stores;
  const id = await begin(call);
  try {
    const reply = await change();
    await audit.finish(id, verdictOf(reply), resultOf(reply?.body));
    return reply;
  } catch (error) {
    const { problem, unexpected } = toProblem(error, String(request.id));
    await audit.finish(id, unexpected ? 'failed' : `refused: ${problem.detail}`);
    throw error;
  }
}

/**
 * Lets `decide` say whether somebody may make a change; that a known user may not has an entry, in the
 * formation's log when they are a member.
 */
export async function refusalAudited<T>(
  call: Omit<AuditedCall, 'formation' | 'target'>,
  decide: (onMember: OnMember) => Promise<T>,
): Promise<T> {
  let formation: AuditedCall['formation'];
  try {
    return await decide((found) => (formation = found));
  } catch (error) {
    if (error instanceof Forbidden)
      await call.parts.stores.audit.finish(
        await begin({ ...call, formation, target: {} }),
        `refused: ${error.message}`,
      );
    throw error;
  }
}

function begin({ parts, request, user, formation, target }: AuditedCall): Promise<number> {
  return parts.stores.audit.begin({
    actorId: user.id,
    actor: user.username,
    action: `${request.method} ${routeOf(request)}`,
    formationId: formation?.id ?? null,
    formation: formation?.name ?? null,
    target: { ...pathTarget(request), ...target },
    source: request.ip ?? null,
    requestId: String(request.id),
  });
}

/** As the URL table has it, without `/api`. */
function routeOf(request: Request): string {
  const { path } = request.route as { path: string };
  return path.replace(/^\/api/, '');
}

function pathTarget({ params }: Request): Record<string, unknown> {
  return Object.fromEntries(Object.entries(params).filter(([name]) => name !== 'formation'));
}

/** An answer that names an operation as its place is of a change that this carries out. */
function verdictOf(reply: Answer): string {
  const { body, headers } = reply ?? {};
  if (typeof body !== 'object' || body === null || !('id' in body)) return 'done';
  const isCarriedOut = headers?.['Location'] === `/api/operations/${String(body.id)}`;
  return isCarriedOut
    ? operationVerdict(body as typeof body & Parameters<typeof operationVerdict>[0])
    : 'done';
}

/** The operation that carries it out, or the name of what was made. */
function resultOf(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || !('id' in body)) return {};
  return 'kind' in body && 'state' in body ? { operation: body.id } : { id: body.id };
}
