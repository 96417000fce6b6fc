import { CliError, exitCodes } from '../terminal/errors.js';
import { readProblem, unreachable } from './problem.js';
import type { Page } from './api-types.js';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Default: one that gives up after 60 s, more than the controller takes for any answer that is no stream.
   */
  readonly signal?: AbortSignal;
}

const answerMs = 60_000;

/**
 * The controller's HTTP API. Every method throws a CliError that says what went wrong, and whose exit code
 * says of which kind it was.
 */
export class ApiClient {
  constructor(
    /** Base URL without a trailing slash. */
    readonly controller: string,
    readonly token: string | undefined,
    private readonly userAgent: string,
    /** What to do when the token is refused. */
    private readonly loginHint?: string,
  ) {}

  get<T>(path: string): Promise<T> {
    return this.#json<T>('GET', path);
  }

  /** A thing with the tag of its present state, for If-Match. */
  async getTagged<T>(path: string): Promise<{ readonly body: T; readonly etag: string | undefined }> {
    const response = await this.open('GET', path);
    return { body: await this.#parsed<T>(response), etag: response.headers.get('etag') ?? undefined };
  }

  post<T>(path: string, body: unknown = {}, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    return this.#json<T>('POST', path, { body, headers });
  }

  patch<T>(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    return this.#json<T>('PATCH', path, { body, headers });
  }

  delete<T>(path: string, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    return this.#json<T>('DELETE', path, { headers });
  }

  /** A list whole, page after page; or its first `limit` items. */
  async list<T>(path: string, limit = Number.POSITIVE_INFINITY): Promise<T[]> {
    const items: T[] = [];
    let next: string | null = `${path}${path.includes('?') ? '&' : '?'}limit=${Math.min(limit, 1000)}`;
    while (next !== null && items.length < limit) {
      const page: Page<T> = await this.get<Page<T>>(next);
      items.push(...page.results);
      next = page.next;
    }
    return items.slice(0, limit);
  }

  async text(path: string): Promise<string> {
    return (await this.open('GET', path)).text();
  }

  /**
   * The answer once its headers are there, for those who stream its body. @throws CliError unless the status
   * is 2xx.
   */
  async open(
    method: Method,
    path: string,
    { body, headers, signal }: RequestOptions = {},
  ): Promise<Response> {
    const response = await fetch(this.#url(path), {
      method,
      headers: {
        'User-Agent': this.userAgent,
        ...(this.token === undefined ? {} : { Authorization: `token ${this.token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // Following one could carry the password to somewhere else, or turn a POST into a GET.
      redirect: 'manual',
      signal: signal ?? AbortSignal.timeout(answerMs),
    }).catch((error: unknown) => {
      throw unreachable(this.controller, error);
    });
    if (response.status >= 300 && response.status < 400)
      throw redirected(this.controller, response.headers.get('location'));
    if (!response.ok) throw await readProblem(response, this.loginHint);
    return response;
  }

  async #json<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    const response = await this.open(method, path, options);
    return response.status === 204 ? (undefined as T) : this.#parsed<T>(response);
  }

  async #parsed<T>(response: Response): Promise<T> {
    return (await response.json().catch((error: unknown) => {
      throw new CliError(
        `${this.controller} answers, but not as a controller does: ` +
          `${error instanceof Error ? error.message : String(error)}`,
        exitCodes.unreachable,
      );
    })) as T;
  }

  /**
   * `next` of a list may be a path or a URL; only its path counts, so that no answer sends the token
   * elsewhere.
   */
  #url(path: string): URL {
    const { pathname, search } = new URL(path, 'http://controller');
    return new URL(`${this.controller}${pathname}${search}`);
  }
}

function redirected(controller: string, location: string | null): CliError {
  return new CliError(`${controller} sends us elsewhere`, exitCodes.unreachable, {
    details: location === null ? [] : [`log in to the address it names: ${location}`],
  });
}
