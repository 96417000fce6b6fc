import type { OperationProblem, Problem } from './api-types.js';
import { CliError, exitCodes, type ExitCode } from '../terminal/errors.js';

const exitCodeOfStatus: Readonly<Record<number, ExitCode>> = {
  400: exitCodes.usage,
  401: exitCodes.auth,
  403: exitCodes.auth,
  404: exitCodes.notFound,
  409: exitCodes.conflict,
  412: exitCodes.conflict,
  413: exitCodes.usage,
  415: exitCodes.usage,
  422: exitCodes.usage,
  502: exitCodes.failed,
  503: exitCodes.unreachable,
  504: exitCodes.unreachable,
};

/**
 * An error answer (RFC 9457 problem details, or whatever stands between us and the controller) as an error
 * with an exit code. @param loginHint what to do when the token was refused
 */
export async function readProblem(
  response: Response,
  loginHint = 'log in again: deis login <controller>',
): Promise<CliError> {
  const text = await response.text().catch(() => '');
  const problem = parseProblem(text);
  // Without a problem of the controller's own, 502 is a word of a proxy before it.
  const namesNothing = problem?.type?.endsWith(':unknown-name') === true;
  const exitCode =
    problem === undefined && response.status === 502
      ? exitCodes.unreachable
      : namesNothing
        ? exitCodes.notFound
        : (exitCodeOfStatus[response.status] ?? exitCodes.failed);
  return new CliError(
    problem === undefined
      ? `the controller answered ${response.status} ${response.statusText}`.trim()
      : messageOf(problem),
    exitCode,
    { details: hintsFor(response, problem, loginHint), kind: problem?.type?.split(':').at(-1) },
  );
}

/** A sentence that lacks its subject, as checks of a field write it: `must have at least 8 characters`. */
const predicate = /^(?:must|is|are|has|have|cannot|contains|needs)\b/;

/** The detail as it is; where it speaks of the field without naming it, behind the field's name. */
export function messageOf(problem: Problem): string {
  const detail = problem.detail ?? problem.title ?? 'the controller refused';
  const name = problem.field?.split('.').at(-1) ?? '';
  return name !== '' && predicate.test(detail) ? `${name} ${detail}` : detail;
}

/** A request that got no answer. @param cause what fetch threw */
export function unreachable(controller: string, cause: unknown): CliError {
  if (cause instanceof Error && cause.name === 'TimeoutError')
    return new CliError(`${controller} does not answer`, exitCodes.unreachable, { cause });
  return new CliError(
    `cannot reach the controller at ${controller}: ${rootMessage(cause)}`,
    exitCodes.unreachable,
    { cause, details: hintsForNetwork(controller, cause) },
  );
}

/** Why an operation failed: its message, then what the node said, and what to do where that is known. */
export function operationFailure(kind: string, error: OperationProblem | null): CliError {
  const stderr = error?.stderr?.trim();
  const advice = error?.advice;
  return new CliError(error?.message ?? `${kind} failed`, exitCodes.failed, {
    details: [...(stderr ? stderr.split('\n') : []), ...(advice === undefined ? [] : [advice])],
  });
}

function parseProblem(text: string): Problem | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && ('detail' in value || 'title' in value)
      ? (value as Problem)
      : undefined;
  } catch {
    return undefined;
  }
}

function hintsFor(response: Response, problem: Problem | undefined, loginHint: string): string[] {
  if (response.status === 401 && !response.url.endsWith('/api/auth/login')) return [loginHint];
  if (response.status === 429 && response.headers.has('retry-after'))
    return [`try again in ${response.headers.get('retry-after')} s`];
  return problem?.operation === undefined ? [] : [`see: deis ops:show ${problem.operation}`];
}

/**
 * fetch says only `fetch failed`; the reason is the innermost cause, one of several when several addresses
 * were tried.
 */
function rootMessage(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return rootMessage(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : rootMessage(error.cause);
}

/** The innermost code, that of a cause where there is one. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return codeOf(error.cause) || ('code' in error ? String(error.code) : '');
}

function hintsForNetwork(controller: string, error: unknown): string[] {
  const code = codeOf(error);
  // A TLS port hangs up on a plain request, and a plain one answers what is no TLS.
  if (
    controller.startsWith('http://') &&
    ['UND_ERR_SOCKET', 'ECONNRESET', 'HPE_INVALID_CONSTANT'].includes(code)
  )
    return [`if it speaks HTTPS there: ${controller.replace(/^http:/, 'https:')}`];
  if (controller.startsWith('https://') && ['ERR_SSL_WRONG_VERSION_NUMBER', 'EPROTO'].includes(code))
    return [`it speaks plain HTTP there: ${controller.replace(/^https:/, 'http:')}`];
  return /CERT|SIGNED|ISSUER/.test(code)
    ? ['a certificate of your own authority: NODE_EXTRA_CA_CERTS=/path/to/ca.pem deis ...']
    : [];
}
