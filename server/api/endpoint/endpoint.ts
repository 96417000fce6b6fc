import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Action, MemberRole } from '../../formation/sharing/roles.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { TokenRecord } from '../../store/people/token-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import {
  callerOf,
  formationOf,
  operationOf,
  requireAdmin,
  requireScope,
  roleWithin,
  type OnMember,
} from './access.js';
import type { Answers } from '../http/answers.js';
import type { Authenticated } from '../auth/caller-strategies.js';
import { requireOwnPage } from '../auth/own-page.js';
import type { AppParts } from './app-parts.js';
import { audited, refusalAudited } from './audited.js';
import { parseInput } from '../http/input/invalid-input.js';
import { readBody } from '../http/input/read-body.js';
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

export interface OpenCall<Body, Query> {
  readonly parts: AppParts;
  readonly request: Request;
  readonly response: Response;
  readonly body: Body;
  readonly query: Query;
  /** A `:name` of the path. */
  param(name: string): string;
}

export interface UserCall<Body, Query> extends OpenCall<Body, Query> {
  readonly user: UserRecord;
  readonly token: TokenRecord;
  /** Of streams: aborts when the caller may not have it any more; what is thrown to them then is its reason. */
  readonly lost: AbortSignal;
}

export interface FormationCall<Body, Query> extends UserCall<Body, Query> {
  readonly formation: FormationRecord;
  /** What the caller is to it. */
  readonly role: MemberRole;
}

export interface OperationCall<Body, Query> extends UserCall<Body, Query> {
  readonly operation: OperationRecord;
}

export type Access = 'open' | 'user' | 'admin' | 'formation' | 'operation';

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

/** Header that the endpoint listens to -> what it means. */
export type RequestHeaders = Readonly<Record<string, string>>;

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
}

export const nothing = z.strictObject({});
type Nothing = typeof nothing;
const defaultBodyLimit = 2 * 1024 * 1024;

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

type Known = Pick<UserCall<unknown, unknown>, 'parts' | 'request' | 'user'>;

/** Whom `decide` lets in, what it found, and how to `ask` it again. @throws what it throws, and HttpError 401 */
async function letIn<T>(
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
function isChange({ changes }: { readonly changes?: boolean }, { method }: Request): boolean {
  return changes ?? (method !== 'GET' && method !== 'HEAD');
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

/** Reads the body only now, after the caller is known: a stranger's megabytes are never parsed. */
async function readCall<B extends z.ZodType, Q extends z.ZodType, Call>(
  spec: Spec<B, Q, Call>,
  parts: AppParts,
  request: Request,
  response: Response,
): Promise<OpenCall<z.output<B>, z.output<Q>>> {
  const query = parseInput((spec.query ?? nothing) as Q, { ...request.query });
  const body = parseInput(
    (spec.body ?? nothing) as B,
    await readBody(request, response, spec.bodyLimit ?? defaultBodyLimit),
  );
  return { parts, request, response, body, query, param: (name) => pathParam(request, name) };
}

function pathParam(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}
