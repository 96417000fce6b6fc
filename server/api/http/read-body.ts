import { promisify } from 'node:util';
import express, { type Request, type Response } from 'express';
import { HttpError } from './http-error.js';
import { InvalidInput } from './invalid-input.js';
import { findUnstorable } from './storable-text.js';

/**
 * The request's JSON body, `{}` without one. @throws HttpError 415; body-parser's errors (400, 413);
 * InvalidInput for text that no store can hold.
 */
export async function readBody(request: Request, response: Response, limitBytes: number): Promise<unknown> {
  if (!hasBody(request)) return {};
  if (!request.is('application/json'))
    throw new HttpError(415, 'the body must be application/json', { Accept: 'application/json' });
  await promisify(express.json({ limit: limitBytes, inflate: false }))(request, response);
  const body: unknown = request.body ?? {};
  const wrong = findUnstorable(body);
  if (wrong !== undefined) throw new InvalidInput([wrong]);
  return body;
}

function hasBody(request: Request): boolean {
  return (
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  );
}
