import type { Request } from 'express';
import type { Authenticated } from '../auth/caller-strategies.js';
import { requireOwnPage } from '../auth/browser/own-page.js';
import { callerOf, type OnMember } from './access.js';
import { refusalAudited } from './audited.js';
import type { OpenCall, UserCall } from './endpoint-call.js';

type Known = Pick<UserCall<unknown, unknown>, 'parts' | 'request' | 'user'>;

/** Whom `decide` lets in, what it found, and how to `ask` it again. @throws what it throws, and HttpError 401 */
export async function letIn<T>(
  spec: { readonly changes?: boolean },
  { parts, request, response }: Pick<OpenCall<unknown, unknown>, 'parts' | 'request' | 'response'>,
  decide: (caller: Authenticated, onMember?: OnMember) => Promise<T>,
) {
  const caller = await callerOf(parts, request, response);
  const known = { parts, request, user: caller.user };
  const found = await decided(spec, known, (onMember) => {
    if (caller.token.isBrowser) requireOwnPage(request, isChange(spec, request));
    return decide(caller, onMember);
  });
  const ask = async (): Promise<T> => decide(await callerOf(parts, request, response));
  return { ...caller, found, ask };
}

/** What `decide` says; that somebody may not make a change has its entry in the audit log. */
function decided<T>(
  spec: { readonly changes?: boolean },
  known: Known,
  decide: (onMember?: OnMember) => Promise<T>,
): Promise<T> {
  return isChange(spec, known.request) ? refusalAudited(known, decide) : decide();
}

/** The one place that says what is no read: to tokens and to the audit log. */
export function isChange({ changes }: { readonly changes?: boolean }, { method }: Request): boolean {
  return changes ?? (method !== 'GET' && method !== 'HEAD');
}
