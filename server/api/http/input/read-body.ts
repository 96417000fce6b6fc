import { promisify } from 'node:util';
import express, { type Request, type Response } from 'express';
import { HttpError } from '../http-error.js';
import { InvalidInput } from './invalid-input.js';
import { tooMuchJson } from './too-much-json.js';
import { findUnstorable } from './storable-text.js';

/**
 * The request's JSON body, `{}` without one. @throws HttpError 415; body-parser's errors (400, 413);
 * InvalidInput for text that no store can hold.
 */
export async function readBody(request: Request, response: Response, limitBytes: number): Promise<unknown> {
  if (!hasBody(request)) return {};
  if (!request.is('application/json'))
    throw new HttpError(415, 'the body must be application/json', { Accept: 'application/json' });
  await promisify(express.json({ limit: limitBytes, inflate: false, verify: refuseLongWork }))(
    request,
    response,
  );
  const body: unknown = request.body ?? {};
  const wrong = findUnstorable(body);
  if (wrong !== undefined) throw new InvalidInput([wrong]);
  return body;
}

/** Before it is parsed: what takes long is refused by its bytes. */
function refuseLongWork(_request: unknown, _response: unknown, body: Buffer, encoding: string): void {
  if (encoding !== 'utf-8') throw new HttpError(415, 'the body must be UTF-8');
  const message = tooMuchJson(body);
  if (message !== undefined) throw new InvalidInput([{ field: '', message }]);
}

function hasBody(request: Request): boolean {
  return (
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  );
}
