import type { Request, Response } from 'express';
import { z } from 'zod';
import type { MemberRole } from '../../formation/sharing/roles.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { TokenRecord } from '../../store/people/token-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { parseInput } from '../http/input/invalid-input.js';
import { readBody } from '../http/input/read-body.js';
import type { AppParts } from './app-parts.js';

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

/** What an endpoint takes that takes no field. */
export const nothing = z.strictObject({});
const defaultBodyLimit = 2 * 1024 * 1024;

/** What is read of a request. */
interface Input<B extends z.ZodType, Q extends z.ZodType> {
  readonly body?: B;
  readonly query?: Q;
  readonly bodyLimit?: number;
}

/** Reads the body only now, after the caller is known: a stranger's megabytes are never parsed. */
export async function readCall<B extends z.ZodType, Q extends z.ZodType>(
  spec: Input<B, Q>,
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

/** A `:name` of the path; empty where it has none. */
export function pathParam(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}
