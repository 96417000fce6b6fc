import * as client from 'openid-client';
import { Agent, fetch as fetchWith } from 'undici';
import type { Secret } from '../../../../base/secret.js';
import type { AllowRule, Claims } from './allow-rule.js';
import type { BegunSignIn } from './begun-sign-in.js';
import { providerProblem } from './provider-problem.js';

/** Each request to the provider is answered within so many seconds. */
const defaultAnswerSeconds = 10;
const maxAnswerBytes = 1024 * 1024;
/** What the provider says of itself is asked again after. */
const discoveryMs = 3600_000;

export interface IdentityProviderSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: Secret | undefined;
  /** What people know it by. */
  readonly name: string;
  readonly scopes: string;
  readonly allow: readonly AllowRule[];
  /** Where people come back to: never from a header of theirs. */
  readonly redirectUri: string;
}

/** Somebody as the provider knows them. */
export interface Found {
  readonly issuer: string;
  readonly subject: string;
  /** All that it says of them: one more question. */
  readonly ask: () => Promise<Claims>;
}

interface HowToAsk {
  readonly now: () => Date;
  /** Certificate authorities that may speak for it, PEM; those of Node.js unless said. */
  readonly authorities?: readonly string[];
  readonly answerSeconds?: number;
}

/** A provider of OpenID Connect: authorization code flow, with PKCE, state and nonce. */
export class IdentityProvider {
  readonly #fetch: client.CustomFetch;
  readonly #agent: Agent;
  readonly #answerSeconds: number;
  #known: { readonly at: number; readonly configuration: Promise<client.Configuration> } | undefined;

  constructor(
    readonly settings: IdentityProviderSettings,
    private readonly how: HowToAsk,
  ) {
    this.#answerSeconds = how.answerSeconds ?? defaultAnswerSeconds;
    const wait = this.#answerSeconds * 1000;
    this.#agent = new Agent({
      headersTimeout: wait,
      bodyTimeout: wait,
      maxResponseSize: maxAnswerBytes,
      connect: { timeout: wait, ...(how.authorities === undefined ? {} : { ca: [...how.authorities] }) },
    });
    this.#fetch = (url, options) =>
      fetchWith(url, {
        ...(options as Parameters<typeof fetchWith>[1]),
        dispatcher: this.#agent,
      }) as unknown as Promise<Response>;
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  /** What the cookie of a new sign-in holds of the protocol; the state tells the page what comes back. */
  secrets(purpose: 'sign-in' | 'link'): Pick<BegunSignIn, 'state' | 'nonce' | 'verifier'> {
    return {
      state: `${purpose}.${client.randomState()}`,
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
    };
  }

  /** Where the browser goes. @throws HttpError 502 */
  async addressOf({ state, nonce, verifier }: ReturnType<IdentityProvider['secrets']>): Promise<string> {
    return this.#speaking(async (configuration) => {
      const { redirectUri: redirect_uri, scopes: scope } = this.settings;
      const code_challenge = await client.calculatePKCECodeChallenge(verifier);
      const asked = { redirect_uri, scope, state, nonce, code_challenge, code_challenge_method: 'S256' };
      return client.buildAuthorizationUrl(configuration, asked).href;
    });
  }

  /**
   * Who came back. @param query of the address that the provider sent the browser to. @throws Forbidden when it
   * refused, HttpError 502 when it failed
   */
  async finish(query: string, { state, nonce, verifier }: BegunSignIn): Promise<Found> {
    return this.#speaking(async (configuration) => {
      const address = new URL(this.settings.redirectUri);
      address.search = query;
      const tokens = await client.authorizationCodeGrant(configuration, address, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims()!;
      return {
        issuer: claims.iss,
        subject: claims.sub,
        ask: () => this.#allClaims(configuration, tokens.access_token, claims),
      };
    });
  }

  /** What the signed token says goes before what it is asked for. */
  async #allClaims(
    configuration: client.Configuration,
    accessToken: string,
    claims: Claims & { readonly sub: string },
  ): Promise<Claims> {
    if (configuration.serverMetadata().userinfo_endpoint === undefined) return claims;
    return this.#speaking(async () => ({
      ...(await client.fetchUserInfo(configuration, accessToken, claims.sub)),
      ...claims,
    }));
  }

  async #speaking<T>(speak: (configuration: client.Configuration) => Promise<T>): Promise<T> {
    try {
      return await speak(await this.#configuration());
    } catch (error) {
      throw providerProblem(error, this.settings.name);
    }
  }

  /** Asked once for all who come meanwhile; a failure is not kept. */
  async #configuration(): Promise<client.Configuration> {
    const at = this.how.now().getTime();
    if (this.#known === undefined || at - this.#known.at > discoveryMs) {
      const asked = { at, configuration: this.#discover() };
      this.#known = asked;
      asked.configuration.catch(() => {
        if (this.#known === asked) this.#known = undefined;
      });
    }
    return this.#known.configuration;
  }

  #discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.settings;
    return client.discovery(new URL(issuer), clientId, undefined, authentication(clientSecret), {
      // The setting takes plain HTTP on loopback alone.
      ...(issuer.startsWith('http:') ? { execute: [client.allowInsecureRequests] } : {}),
      [client.customFetch]: this.#fetch,
      timeout: this.#answerSeconds,
    });
  }
}

/** As the provider says that it takes the secret; where it says nothing, as the specification has it. */
function authentication(secret: Secret | undefined): client.ClientAuth {
  if (secret === undefined) return client.None();
  return (server, ...more) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const { ClientSecretBasic: basic, ClientSecretPost: post } = client;
    (methods.includes('client_secret_basic') ? basic : post)(secret.reveal())(server, ...more);
  };
}
