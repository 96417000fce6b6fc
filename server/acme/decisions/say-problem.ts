import type { ProblemDocument } from '../protocol/acme-problem.js';
import type { Setback } from './next-attempt.js';

/** Who answers for a name on port 80. */
export type Answerer = 'formation' | 'controller';

const firewall: Readonly<Record<Answerer, string>> = {
  formation: 'the CA cannot reach it on port 80: is there a firewall before the proxies?',
  controller:
    'the CA cannot reach it on port 80: does that lead to DEIS_TLS_HTTP_PORT, or is there a firewall before it?',
};
const stranger = (who: Answerer): string =>
  `what answers for it on port 80 is not this ${who}: does a CDN or another host stand before it?`;

/** What each problem of RFC 8555, section 6.7 means for a name, and what to do. */
const ofNames = (who: Answerer): Readonly<Record<string, string>> => ({
  caa: 'a CAA record of its DNS does not let this CA issue for it',
  dns: 'the CA cannot look it up in the DNS',
  connection: firewall[who],
  unauthorized: stranger(who),
  incorrectResponse: stranger(who),
  tls: 'the CA could not make a TLS connection to it',
  rejectedIdentifier: 'the CA does not issue for this name',
  unsupportedIdentifier: 'the CA does not issue for names of this kind',
  rateLimited: 'the CA takes no more attempts for it at present',
});

/** The same for whole orders and accounts. */
const ofOrders: Readonly<Record<string, string>> = {
  rateLimited: 'takes no more orders at present',
  accountDoesNotExist: 'does not know our account',
  unauthorized: 'does not let our account order',
  userActionRequired: 'wants its terms of service agreed to once more, by its operator',
  externalAccountRequired: 'takes only accounts that it knows from elsewhere (external account binding)',
  invalidContact: 'does not take the address of DEIS_ACME_EMAIL',
  unsupportedContact: 'does not take the address of DEIS_ACME_EMAIL',
  caa: 'is not allowed to issue by a CAA record',
  rejectedIdentifier: 'does not issue for one of these names',
  badCSR: 'does not take our request for a certificate',
  alreadyReplaced: 'says that the certificate was renewed already',
  serverInternal: 'has trouble of its own',
};

/** One sentence for a name that a CA has refused, with the CA's own words. */
export function sayNameProblem(
  name: string,
  { type, detail }: Pick<ProblemDocument, 'type' | 'detail'>,
  who: Answerer = 'formation',
): string {
  return `${name}: ${ended(ofNames(who)[type] ?? 'the CA refuses it')} The CA says: ${ended(detail)}`;
}

/** One sentence for a CA that has refused an order. @param ca its host */
export function sayOrderProblem(
  ca: string,
  { type, detail }: Pick<ProblemDocument, 'type' | 'detail'>,
): string {
  return `${ca} ${ofOrders[type] ?? 'refuses the order'}. It says: ${ended(detail)}`;
}

/** What a refusal means for the next attempt. */
export function setbackOf(status: number, { type }: Pick<ProblemDocument, 'type'>): Setback {
  if (type === 'rateLimited' || status === 429) return 'limited';
  return status >= 500 ? 'unreachable' : 'rejected';
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
