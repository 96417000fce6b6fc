/**
 * What only the HTTP side can get wrong: no token, a wrong method, too many tries. Carries its status and
 * headers.
 */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  /** @param kind what the problem's type is named after; default: the status */
  constructor(
    status: number,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    readonly kind?: string,
  ) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** 401 with the schemes that would do. */
export function unauthenticated(message: string): HttpError {
  return new HttpError(401, message, { 'WWW-Authenticate': 'Bearer realm="deis", Token realm="deis"' });
}
