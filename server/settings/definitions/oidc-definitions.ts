import { z } from 'zod';
import { isLoopback } from '../../../base/network.js';
import { commaList } from '../comma-list.js';
import { domain, secret } from '../setting-schemas.js';

/** Who gets an account at the first sign-in: by the domain of a confirmed address of mail, or by a claim. */
type AllowRule = { readonly domain: string } | { readonly claim: string; readonly value: string };

const issuer = z
  .string()
  .refine(
    isIssuer,
    'is not a valid issuer: expected e.g. https://id.example.com, as the provider writes it, and http:// on loopback alone',
  );
const allowRules = commaList.pipe(
  z.array(
    z.string().transform((text, context): AllowRule => {
      const rule = toRule(text);
      if (rule !== undefined) return rule;
      context.addIssue({
        code: 'custom',
        message: 'is not a valid list of who may come: expected e.g. @example.com or groups=developers',
      });
      return z.NEVER;
    }),
  ),
);

/** The settings of sign-in with OpenID Connect. */
export const oidcDefinitions = {
  DEIS_OIDC_ISSUER: {
    schema: issuer.optional(),
    shown: 'sign-in by password',
    help: 'provider of OpenID Connect that people may sign in with; needs DEIS_PUBLIC_URL',
  },
  DEIS_OIDC_CLIENT_ID: {
    schema: z.string().max(500).optional(),
    shown: 'sign-in by password',
    help: 'how it knows this controller; its redirect URI there is DEIS_PUBLIC_URL with a final slash',
  },
  DEIS_OIDC_CLIENT_SECRET: {
    schema: secret.optional(),
    shown: 'none, for a public client',
    help: 'what the controller shows it; PKCE is used in any case',
  },
  DEIS_OIDC_NAME: {
    schema: z
      .string()
      .regex(/^[^\p{Cc}]{1,40}$/u, 'is not a valid name: expected 1 to 40 characters, e.g. Example')
      .default('single sign-on'),
    help: 'what people know it by: the button says `Sign in with NAME`',
  },
  DEIS_OIDC_SCOPES: {
    schema: z
      .string()
      .regex(
        /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+){0,19}$/,
        'is not a valid list of scopes: expected words with blanks between, e.g. openid profile email groups',
      )
      .refine((text) => text.split(' ').includes('openid'), 'must name openid')
      .default('openid profile email'),
    help: 'scopes that it is asked for; some give groups for one more alone',
  },
  DEIS_OIDC_ALLOW: {
    schema: allowRules.optional(),
    shown: 'no one new, those alone who have linked their account',
    help: 'who gets an account at the first sign-in: @DOMAIN of a confirmed address, or CLAIM=VALUE, comma list',
  },
};

/** Settings of OpenID Connect that do not go together. */
export function oidcProblems(values: Readonly<Record<string, unknown>>): string[] {
  if (values['DEIS_OIDC_ISSUER'] === undefined) return [];
  const isReached = values['DEIS_PUBLIC_URL'] !== undefined || values['DEIS_TLS_DOMAIN'] !== undefined;
  return isReached
    ? []
    : ['DEIS_PUBLIC_URL is not set: DEIS_OIDC_ISSUER needs it, for people come back from the provider there'];
}

/** In plain HTTP whoever is between could sign in as anybody. */
function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash, username, password } = new URL(text);
  const isSafe =
    protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replace(/^\[|\]$/g, '')));
  return isSafe && [search, hash, username, password].every((part) => part === '');
}

function toRule(text: string): AllowRule | undefined {
  if (text.startsWith('@')) {
    const name = text.slice(1).toLowerCase();
    return domain.safeParse(name).success ? { domain: name } : undefined;
  }
  const [, claim, value] = /^([\w:./-]{1,200})=(.{1,500})$/.exec(text) ?? [];
  return claim === undefined || value === undefined ? undefined : { claim, value };
}
