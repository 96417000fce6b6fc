import createClient from 'openapi-fetch';
import type { paths } from './schema.js';
import type { FieldError } from './types.js';

/** Milliseconds in which an answer must have come. */
const patienceMs = 40_000;

/** The HTTP API of this page's own host; its types are those of its document. */
export const api = createClient<paths>({
  baseUrl: location.origin,
  // The cookie alone changes nothing: no page of others can send this header.
  headers: { 'X-Deis-CSRF': '1' },
  fetch: (request: Request) => fetch(request, { signal: AbortSignal.timeout(patienceMs) }),
});

/** That the API refused, or did not answer; `message` says why, to people. */
export class Refusal extends Error {
  constructor(
    message: string,
    /** The HTTP status; 0: no answer came. */
    readonly status: number,
    /** What the API calls the problem: `code-needed`. */
    readonly kind = '',
    /** What is wrong with which field. */
    readonly errors: readonly FieldError[] = [],
  ) {
    super(message);
  }
}

/** Called when an answer is 401: the session has ended. */
let onSignedOut: () => void = () => undefined;

/** Says whom to tell that the session has ended. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

interface Answered<T> {
  readonly data?: T | undefined;
  readonly error?: unknown;
  readonly response: Response;
}

/** What the API answers. @throws Refusal */
export async function answerOf<T>(asked: Promise<Answered<T>>): Promise<T> {
  return (await answerWithTag(asked)).value;
}

/** The same with its `ETag`, for `If-Match`. @throws Refusal */
export async function answerWithTag<T>(
  asked: Promise<Answered<T>>,
): Promise<{ readonly value: T; readonly tag: string }> {
  const { data, error, response } = await asked.catch(() => {
    throw new Refusal('The controller does not answer.', 0);
  });
  if (!response.ok) {
    if (response.status === 401) onSignedOut();
    throw new Refusal(
      detailOf(error) ?? `The controller answered ${response.status}.`,
      response.status,
      kindOf(error),
      errorsOf(error),
    );
  }
  return { value: data as T, tag: response.headers.get('etag') ?? '*' };
}

function errorsOf(error: unknown): readonly FieldError[] {
  const { errors } = (typeof error === 'object' && error !== null ? error : {}) as { errors?: unknown };
  return Array.isArray(errors) ? (errors as FieldError[]) : [];
}

function kindOf(error: unknown): string | undefined {
  const { type } = (typeof error === 'object' && error !== null ? error : {}) as { type?: unknown };
  return typeof type === 'string' ? type.split(':').at(-1) : undefined;
}

function detailOf(error: unknown): string | undefined {
  const { detail } = (typeof error === 'object' && error !== null ? error : {}) as { detail?: unknown };
  if (typeof detail !== 'string' || detail === '') return undefined;
  return `${detail[0]!.toUpperCase()}${detail.slice(1)}`;
}
