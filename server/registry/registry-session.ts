import { request, type RequestOptions } from 'node:https';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { rootCertificates } from 'node:tls';
import { z } from 'zod';
import { UserError } from '../../base/errors.js';
import { Secret } from '../../base/secret.js';
import { askRegistry, wholeText, type RegistryAddress, type RegistryCredential } from './ask-registry.js';

export interface RegistrySessionOptions {
  readonly registry: RegistryAddress;
  /** `USERNAME:PASSWORD`; absent where the registry lets everybody in. */
  readonly login: Secret | undefined;
  readonly now: () => Date;
}

const deadlineMs = 20_000;
/** Of a token whose service does not say. */
const usualSeconds = 60;
/** A token that ends sooner is not begun with. */
const marginSeconds = 15;
/** Tokens that are kept: of the newest scopes. */
const maxTokens = 200;
const answerSchema = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().positive().optional(),
});

/**
 * Signs in to a registry of others, in the way that it asks for: with the login itself (Basic), or with tokens
 * of the service that it names (Bearer), which get the login over TLS alone.
 */
export class RegistrySession {
  readonly #tokens = new Map<string, { readonly token: Secret; readonly until: number }>();

  constructor(private readonly options: RegistrySessionOptions) {}

  /**
   * What lets in now. @param scope as the token protocol has it, e.g. `repository:shop:pull,push`
   * @throws UserError when the registry or its token service refuses the login, or asks for something else
   */
  async credential(scope: string, signal?: AbortSignal): Promise<RegistryCredential> {
    const { now, login } = this.options;
    const kept = this.#tokens.get(scope);
    if (kept !== undefined && kept.until > now().getTime()) return { token: kept.token };
    const asked = { method: 'GET', path: '', ...(signal && { signal }) } as const;
    const { status, challenge = '' } = await askRegistry(this.options.registry, asked);
    if (status !== 401) return {};
    if (login === undefined)
      throw new UserError(
        `${this.#host()} asks for a login: set DEIS_REGISTRY_USERNAME and DEIS_REGISTRY_PASSWORD`,
      );
    if (/^basic\b/i.test(challenge)) return { login };
    if (/^bearer\b/i.test(challenge)) return { token: await this.#fetchToken(challenge, login, scope) };
    throw new UserError(
      `${this.#host()} asks for a way to sign in that is not known here: expected Basic or Bearer`,
    );
  }

  async #fetchToken(challenge: string, login: Secret, scope: string): Promise<Secret> {
    const { registry, now } = this.options;
    const { realm = '', service } = parseChallenge(challenge);
    if (!URL.canParse(realm) || new URL(realm).protocol !== 'https:')
      throw new UserError(`${this.#host()} names no token service with TLS`);
    const url = new URL(realm);
    if (service !== undefined) url.searchParams.set('service', service);
    url.searchParams.set('scope', scope);
    const { status, text } = await getText(url, {
      auth: login.reveal(),
      ...(registry.authority === undefined ? {} : { ca: [...rootCertificates, registry.authority] }),
    });
    if (status !== 200) throw new UserError(`${url.host} answers ${status} to the login of ${this.#host()}`);
    const { token, access_token: other, expires_in: seconds = usualSeconds } = parsed(text, url.host);
    const value = token ?? other;
    if (value === undefined) throw new Error(`${url.host} gave no token`);
    const until = now().getTime() + (seconds - marginSeconds) * 1000;
    if (this.#tokens.size >= maxTokens) this.#tokens.clear();
    this.#tokens.set(scope, { token: new Secret(value), until });
    return new Secret(value);
  }

  #host(): string {
    return `the registry ${this.options.registry.host}`;
  }
}

/** `Bearer realm="...",service="..."` */
function parseChallenge(challenge: string): Readonly<Record<string, string>> {
  const pairs = [...challenge.matchAll(/(\w+)="([^"]*)"/g)];
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name.toLowerCase(), value]));
}

function parsed(text: string, host: string): z.output<typeof answerSchema> {
  try {
    return answerSchema.parse(JSON.parse(text));
  } catch {
    // What it said may hold a token.
    throw new Error(`${host} gave no token`);
  }
}

async function getText(url: URL, options: RequestOptions): Promise<{ status: number; text: string }> {
  const signal = AbortSignal.timeout(deadlineMs);
  const asked = request(url, { ...options, method: 'GET', signal, agent: false });
  const answered = once(asked, 'response', { signal }) as Promise<[IncomingMessage]>;
  asked.end();
  const [answer] = await answered;
  return { status: answer.statusCode ?? 0, text: await wholeText(answer) };
}
