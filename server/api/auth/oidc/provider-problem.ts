import * as client from 'openid-client';
import { Forbidden } from '../../../../base/errors.js';
import { HttpError } from '../../http/http-error.js';

const maxLength = 300;

/** What went wrong with a provider, by who must act. */
export function providerProblem(error: unknown, name: string): Error {
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError)
    return new Forbidden(`${name} refused: ${said(error.error_description ?? error.error)}`);
  if (!(error instanceof Error)) return new HttpError(502, `${name} failed`);
  const { code } = error as { code?: unknown };
  if (code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED')
    return new HttpError(
      502,
      `what ${name} sent is not good yet, or no more: its clock and the one of the controller differ`,
    );
  if (code === 'OAUTH_TIMEOUT' || error.name === 'TimeoutError')
    return new HttpError(502, `${name} did not answer in time`);
  if (error instanceof TypeError && error.message === 'fetch failed')
    return new HttpError(502, `${name} cannot be reached: ${said(innermost(error))}`);
  return new HttpError(502, `what ${name} answered is not right: ${said(innermost(error))}`);
}

/** The message of what it began with: `connect ECONNREFUSED ...`. */
function innermost(error: Error): string {
  let inner = error;
  for (let depth = 0; depth < 5 && inner.cause instanceof Error; depth += 1) inner = inner.cause;
  return inner.message === '' ? String((inner as { code?: unknown }).code ?? inner.name) : inner.message;
}

/** One line of what others wrote. */
function said(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, maxLength);
}
