import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import {
  Conflict,
  Forbidden,
  namedMessage,
  NotFound,
  Outdated,
  RemoteFailure,
  StillHeld,
  UnknownName,
  UserError,
} from '../../../base/errors.js';
import type { Json } from './answers.js';
import { HttpError } from './http-error.js';
import { InvalidInput, type FieldError } from './input/invalid-input.js';

/** RFC 9457 problem details, with members of our own. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    field: z.string().optional().describe('The first wrong field, as a dotted path.'),
    errors: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .optional()
      .describe('Wrong fields, at most the first 20.'),
    errors_total: z.int().optional().describe('How many fields are wrong, when `errors` does not name all.'),
    request_id: z.string().describe("Names the request in the controller's log."),
  })
  .meta({ id: 'Problem' });
export type Problem = Json<typeof problemSchema>;

export interface ProblemReply {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
  /** Ours to repair, hence logged with its stack. */
  readonly unexpected: boolean;
}

interface Finding {
  /** What the type is named after; default: the status. */
  readonly kind?: string;
  readonly status: number;
  readonly detail: string;
  readonly field?: string | undefined;
  readonly errors?: readonly FieldError[];
  readonly total?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What body-parser's errors mean to a caller, https://www.npmjs.com/package/body-parser#errors; their own
 * texts quote the body.
 */
const bodyErrors: Readonly<Record<string, Finding>> = {
  'entity.parse.failed': { status: 400, detail: 'the body is not a JSON object' },
  'entity.too.large': { status: 413, detail: 'the body is too large' },
  'encoding.unsupported': { status: 415, detail: 'the body must not be compressed' },
  'charset.unsupported': { status: 415, detail: 'the body must be UTF-8' },
  'request.aborted': { status: 400, detail: 'the body ended early' },
  'request.size.invalid': { status: 400, detail: 'the body is not as long as Content-Length says' },
};

/**
 * The one mapping from errors to HTTP. What is not known here becomes a 500 that says nothing but the
 * request's id.
 */
export function toProblem(error: unknown, requestId: string): ProblemReply {
  const finding = findingOf(error);
  const { status, detail, field, errors, total, headers, kind } = finding ?? {
    status: 500,
    detail: `unexpected error; the controller's log has it under request ${requestId}`,
  };
  const title = STATUS_CODES[status] ?? 'Error';
  const problem = {
    type: `urn:problem-type:deis:${kind ?? title.toLowerCase().replaceAll(' ', '-')}`,
    title,
    status,
    detail,
    request_id: requestId,
  };
  return {
    problem: {
      ...problem,
      ...(field ? { field } : {}),
      ...(errors ? { errors } : {}),
      ...(errors && total && total > errors.length ? { errors_total: total } : {}),
    },
    headers: headers ?? {},
    unexpected: finding === undefined,
  };
}

/** No connection to the database came free in time. */
const busy: Finding = {
  status: 503,
  detail: 'the controller is busy: ask again in a moment',
  headers: { 'Retry-After': '5' },
};
const conflicts = [Conflict, StillHeld];

function findingOf(error: unknown): Finding | undefined {
  if (error instanceof HttpError)
    return {
      ...(error.kind === undefined ? {} : { kind: error.kind }),
      status: error.status,
      detail: error.message,
      headers: error.headers,
    };
  if (error instanceof InvalidInput)
    return {
      status: 400,
      detail: error.message,
      field: error.field,
      errors: error.errors,
      total: error.total,
    };
  if (error instanceof UserError)
    return {
      status: 400,
      ...(error instanceof UnknownName ? { kind: 'unknown-name' } : {}),
      detail: error.message,
      field: error.field,
      ...(error.field ? { errors: [{ field: error.field, message: error.message }] } : {}),
    };
  if (error instanceof Forbidden) return { status: 403, detail: error.message };
  if (error instanceof NotFound) return { status: 404, detail: error.message };
  if (conflicts.some((each) => error instanceof each))
    return { status: 409, detail: (error as Error).message };
  if (error instanceof Outdated) return { status: 412, detail: error.message };
  if (error instanceof RemoteFailure) return { status: 502, detail: namedMessage(error.node, error) };
  // Express throws it for a percent sign in the path that encodes nothing.
  if (error instanceof URIError) return { status: 400, detail: 'the path is not well encoded' };
  return error instanceof Error ? findingOfLibrary(error) : undefined;
}

/** Of errors that knex and body-parser throw. */
function findingOfLibrary(error: Error): Finding | undefined {
  if (error.name === 'KnexTimeoutError') return busy;
  return 'type' in error ? bodyErrors[String(error.type)] : undefined;
}
