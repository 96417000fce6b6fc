import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider, type Configuration } from 'oidc-provider';

/** What the issuer says of somebody, beside who it is. */
export type Account = Readonly<Record<string, unknown>>;

const clientSecret = 'secret-of-the-test-client';

/** A provider of OpenID Connect that others wrote, on loopback. Whoever comes is who the test says, at once. */
export class IdentityIssuer {
  /** Subject -> what is said of them. */
  readonly accounts = new Map<string, Account>();
  /** Who comes next; undefined: they say no. */
  next: string | undefined;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** @param redirectUri where it sends people back to */
  static async start(redirectUri: string): Promise<IdentityIssuer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    // Another site than 127.0.0.1, to a browser and its cookies.
    const url = `http://localhost:${(server.address() as AddressInfo).port}`;
    const issuer = new IdentityIssuer(server, url);
    const provider = new Provider(url, issuer.#configuration(redirectUri));
    const serve = provider.callback();
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (request.url?.startsWith('/interaction/') !== true) return void serve(request, response);
      const { next } = issuer;
      const outcome =
        next === undefined
          ? { error: 'access_denied', error_description: 'they said no' }
          : { login: { accountId: next, remember: false } };
      void provider.interactionFinished(request, response, outcome, { mergeWithLastSubmission: false });
    });
    return issuer;
  }

  /** As environment variables, with somebody who may sign in. */
  settings(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      DEIS_OIDC_ISSUER: this.url,
      DEIS_OIDC_CLIENT_ID: 'deis',
      DEIS_OIDC_CLIENT_SECRET: clientSecret,
      DEIS_OIDC_NAME: 'Example',
      ...more,
    };
  }

  /** What the browser does at the issuer: from the address that it is sent to until it is sent back. */
  async visit(address: string): Promise<URL> {
    const cookies = new Map<string, string>();
    let at = new URL(address);
    while (at.origin === this.url) {
      const answer = await fetch(at, {
        redirect: 'manual',
        headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
        signal: AbortSignal.timeout(10_000),
      });
      for (const cookie of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        cookies.set(name, value);
      }
      const to = answer.headers.get('location');
      if (to === null) throw new Error(`${at.pathname} answers ${answer.status}: ${await answer.text()}`);
      at = new URL(to, at);
    }
    return at;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  #configuration(redirectUri: string): Configuration {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return {
      clients: [{ client_id: 'deis', client_secret: clientSecret, redirect_uris: [redirectUri] }],
      jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'test' }] },
      cookies: { keys: [randomBytes(32).toString('hex')] },
      claims: {
        openid: ['sub'],
        email: ['email', 'email_verified'],
        profile: ['preferred_username', 'groups'],
      },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
      ttl: { Interaction: 600, Session: 600, Grant: 600, IdToken: 600, AccessToken: 600 },
      findAccount: (_context, accountId) => ({
        accountId,
        claims: () => ({ sub: accountId, ...this.accounts.get(accountId) }),
      }),
      // Nobody is asked whether the controller may know of them.
      loadExistingGrant: async ({ oidc }) => {
        const grant = new oidc.provider.Grant({
          clientId: oidc.client!.clientId,
          accountId: oidc.session!.accountId!,
        });
        grant.addOIDCScope('openid profile email');
        await grant.save();
        return grant;
      },
    };
  }
}
