import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Action } from '../../formation/sharing/roles.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { Answers } from '../http/answers.js';
import {
  formationOf,
  operationOf,
  requireAdmin,
  requireOwnNodes,
  requireScope,
  roleWithin,
} from './access.js';
import type { AppParts } from './app-parts.js';
import { audited } from './audited.js';
import {
  nothing,
  pathParam,
  readCall,
  type FormationCall,
  type OpenCall,
  type OperationCall,
  type UserCall,
} from './endpoint-call.js';
import { isChange, letIn } from './let-in.js';
import { isStream, whileAllowed } from './while-allowed.js';

/** What an endpoint answers. */
export interface Reply {
  readonly status: number;
  /** Sent as JSON; a string as text; absent: no body. */
  readonly body?: unknown;
  /** Of a string; default: plain text. */
  readonly type?: 'text/html' | 'text/plain';
  readonly headers?: Readonly<Record<string, string>>;
}

export type Access = 'open' | 'user' | 'admin' | 'formation' | 'operation';

/** Header that the endpoint listens to -> what it means. */
export type RequestHeaders = Readonly<Record<string, string>>;

/**
 * One method of one path: who may, what goes in, what comes out. All but `serve` is its documentation, too
 * (openapi.json).
 */
export interface Endpoint {
  readonly access: Access;
  /** Of formations and operations: what the caller must be allowed. */
  readonly may?: Action;
  /** Whether it changes or runs something. Absent: the method says so (`isChange`). */
  readonly changes?: boolean;
  /** Whether every token will do. */
  readonly anyScope: boolean;
  readonly summary: string;
  readonly body: z.ZodType;
  readonly query: z.ZodType;
  readonly headers: RequestHeaders;
  readonly answers: Answers;
  /** Resolves to nothing when it has written the answer itself, as streams do. */
  serve(parts: AppParts, request: Request, response: Response): Promise<Reply | undefined>;
}

type Answer<Call> = (call: Call) => Promise<Reply | undefined>;

interface Spec<B extends z.ZodType, Q extends z.ZodType, Call> {
  /** One sentence for the reference: what it does, with a capital letter and a full stop. */
  readonly summary: string;
  /** What it answers when all goes well; tests check every answer against it. */
  readonly answers: Answers;
  /** Refuses unknown fields; absent: the endpoint takes no field. */
  readonly body?: B;
  readonly query?: Q;
  readonly headers?: RequestHeaders;
  /** Bytes of body, 2 MiB unless said: the largest config (256 KiB) with every character escaped fits. */
  readonly bodyLimit?: number;
  /** Every token will do, whatever it was made for. */
  readonly anyScope?: boolean;
  /**
   * Whether it changes, runs or dials something: then it needs a token for that, and has an entry in the
   * audit log. Default: all but GET and HEAD.
   */
  readonly changes?: boolean;
  /** What of the body goes into the audit log: names and counts, never a value that could be secret. */
  readonly audit?: (body: z.output<B>) => Readonly<Record<string, unknown>>;
  /** The formation whose audit log has the change, where the path does not lead through one. */
  readonly concerns?: (call: Call) => Promise<Concerned>;
  readonly answer: Answer<Call>;
}

type Concerned = Pick<FormationRecord, 'id' | 'name'>;

/** Of endpoints below a formation or operation. */
interface MemberSpec<B extends z.ZodType, Q extends z.ZodType, Call> extends Spec<B, Q, Call> {
  /** A line of server/formation/sharing/roles.ts. */
  readonly may: Action;
  /** Of infrastructure: it concerns nodes that a guest is to move to, too, where it `begins` with them or has some. */
  readonly ownNodes?: 'begins' | 'has';
}

type Nothing = typeof nothing;

/** Anybody may call it. */
export function forAnybody<B extends z.ZodType = Nothing, Q extends z.ZodType = Nothing>(
  spec: Spec<B, Q, OpenCall<z.output<B>, z.output<Q>>>,
): Endpoint {
  return endpoint('open', spec, async (parts, request, response) => {
    return spec.answer(await readCall(spec, parts, request, response));
  });
}

/** Anybody with a valid token. */
export function forUsers<B extends z.ZodType = Nothing, Q extends z.ZodType = Nothing>(
  spec: Spec<B, Q, UserCall<z.output<B>, z.output<Q>>>,
): Endpoint {
  return endpoint('user', spec, async (parts, request, response) => {
    const { user, token, ask } = await letIn(spec, { parts, request, response }, async ({ token }) => {
      if (spec.anyScope !== true) requireScope(token, isChange(spec, request));
    });
    const call = { ...(await readCall(spec, parts, request, response)), user, token, lost: never };
    return answered(spec, call, ask, await spec.concerns?.(call));
  });
}

/** Platform admins: people and invitations, not other people's formations. */
export function forAdmins<B extends z.ZodType = Nothing, Q extends z.ZodType = Nothing>(
  spec: Spec<B, Q, UserCall<z.output<B>, z.output<Q>>>,
): Endpoint {
  return endpoint('admin', spec, async (parts, request, response) => {
    const { user, token, ask } = await letIn(spec, { parts, request, response }, async (caller) => {
      requireAdmin(caller.user);
      requireScope(caller.token, isChange(spec, request));
    });
    const call = { ...(await readCall(spec, parts, request, response)), user, token, lost: never };
    return answered(spec, call, ask);
  });
}

/**
 * Members of the path's `:formation` whose role reaches; to strangers it does not exist, whatever else is
 * wrong with their request.
 */
export function forFormation<B extends z.ZodType = Nothing, Q extends z.ZodType = Nothing>(
  spec: MemberSpec<B, Q, FormationCall<z.output<B>, z.output<Q>>>,
): Endpoint {
  return endpoint('formation', spec, async (parts, request, response) => {
    const { user, token, found, ask } = await letIn(
      spec,
      { parts, request, response },
      async (caller, onMember) => {
        const name = pathParam(request, 'formation');
        const { formation, role } = await formationOf(parts, caller.user, name, spec.may, onMember);
        const wish = { action: spec.may, isChange: isChange(spec, request) };
        return { formation, role: roleWithin(caller.token, { formationId: formation.id, role, ...wish }) };
      },
    );
    if (spec.may === 'infrastructure' && isChange(spec, request))
      await requireOwnNodes(parts.stores, found.formation, spec.ownNodes);
    const call = await readCall(spec, parts, request, response);
    return answered(spec, { ...call, user, token, lost: never, ...found }, ask);
  });
}

/** As `forFormation`, of the path's `:operation`. */
export function forOperation<B extends z.ZodType = Nothing, Q extends z.ZodType = Nothing>(
  spec: MemberSpec<B, Q, OperationCall<z.output<B>, z.output<Q>>>,
): Endpoint {
  return endpoint('operation', spec, async (parts, request, response) => {
    const letInTo = await letIn(spec, { parts, request, response }, async (caller, onMember) => {
      const id = pathParam(request, 'operation');
      const { operation, role } = await operationOf(parts, caller.user, id, spec.may, onMember);
      const wish = { action: spec.may, isChange: isChange(spec, request) };
      roleWithin(caller.token, { formationId: operation.formationId, role, ...wish });
      return operation;
    });
    const { user, token, found: operation, ask } = letInTo;
    const formation =
      operation.formationId === null
        ? undefined
        : { id: operation.formationId, name: operation.formationName };
    return answered(
      spec,
      { ...(await readCall(spec, parts, request, response)), user, token, lost: never, operation },
      ask,
      formation,
    );
  });
}

function endpoint<B extends z.ZodType, Q extends z.ZodType, Call>(
  access: Access,
  spec: Spec<B, Q, Call> & { readonly may?: Action },
  serve: Endpoint['serve'],
): Endpoint {
  const {
    summary,
    may,
    changes,
    anyScope = false,
    body = nothing,
    query = nothing,
    headers = {},
    answers,
  } = spec;
  const optional = { ...(may === undefined ? {} : { may }), ...(changes === undefined ? {} : { changes }) };
  return { access, ...optional, anyScope, summary, body, query, headers, answers, serve };
}

/** Of answers that are no stream. */
const never = new AbortController().signal;

/** The answer, of a stream for as long as `ask` allows it, and for a change its entry in the audit log. */
function answered<B extends z.ZodType, Q extends z.ZodType, Call extends UserCall<z.output<B>, z.output<Q>>>(
  spec: Spec<B, Q, Call>,
  call: Call,
  ask: () => Promise<unknown>,
  formation: Pick<FormationRecord, 'id' | 'name'> | undefined = 'formation' in call
    ? (call.formation as FormationRecord)
    : undefined,
): Promise<Reply | undefined> {
  const { parts, request, user, body } = call;
  const answer = (): Promise<Reply | undefined> =>
    isStream(spec.answers)
      ? whileAllowed(call, ask, (lost) => spec.answer({ ...call, lost }))
      : spec.answer(call);
  if (!isChange(spec, request)) return answer();
  return audited({ parts, request, user, formation, target: spec.audit?.(body) ?? {} }, answer);
}
