import { isIP } from 'node:net';
import { amongNetworks } from '../../../base/network.js';
import type { CaaRecord, HostAnswer, PreflightNetwork } from './preflight-network.js';

export interface PreflightQuestion {
  readonly name: string;
  /** Addresses of the formation's proxies. */
  readonly proxies: readonly string[];
  /** Of others that serve it, too, though no name is to be pointed at them. */
  readonly formerProxies?: readonly string[];
  readonly thumbprint: string;
  /** What CAA records may call the CA; none: they are not looked at. */
  readonly caaIdentities: readonly string[];
  /** Chosen at random: whoever answers it has the thumbprint. */
  readonly token: string;
}

/** Addresses that no name of the public or of a private network leads to: nothing is asked of them. */
const leadsNowhere = amongNetworks(['0.0.0.0/8', '::', 'loopback', 'linklocal', '224.0.0.0/3', 'ff00::/8']);

const maxAddresses = 8;
const maxListed = 4;

/**
 * Asks the DNS and the hosts of a name what a CA is going to ask, which costs no attempt there. One sentence with what
 * to do, or undefined when nothing speaks against an order. A proxy that cannot be asked from here speaks for itself.
 */
export async function preflight(
  question: PreflightQuestion,
  network: PreflightNetwork,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { name, proxies } = question;
  if (proxies.length === 0)
    return `${name}: the formation has no proxy that is ready: deis layers:scale proxy=1`;
  const ways = {
    goal: `the proxies (${listed(proxies)})`,
    problemAt: (address: string) => askAddress(question, address, network, signal),
  };
  return askDns(question, network, ways, signal);
}

export interface OwnProblem {
  /** One sentence with what to do. */
  readonly problem: string;
  /** False where the CA may see it otherwise. */
  readonly isSure: boolean;
}

/**
 * The same of the controller's own name. It knows none of the addresses that it has out there. From inside of a network
 * they may not be reached, or be those of a router: what does not answer is left to the CA; another answer, and a port
 * at which nothing listens, are not sure.
 */
export async function preflightOwn(
  question: Omit<PreflightQuestion, 'proxies'>,
  network: PreflightNetwork,
  signal: AbortSignal,
): Promise<OwnProblem | undefined> {
  const { name } = question;
  let other: string | undefined;
  const problemAt = async (address: string): Promise<undefined> => {
    const answer = await answerOf({ ...question, proxies: [] }, address, network, signal);
    if (answer === 'refused')
      other ??=
        `${name}: the DNS points it at ${address}, and nothing listens there on port 80: does that lead to ` +
        'DEIS_TLS_HTTP_PORT?';
    else if (answer !== null && !isRight(question, answer))
      other ??=
        `${name}: the DNS points it at ${address}, and what answers there on port 80 is not this controller ` +
        `(it says ${answer.status})`;
  };
  const problem = await askDns(question, network, { goal: 'this controller', problemAt }, signal);
  if (problem !== undefined) return { problem, isSure: true };
  return other === undefined ? undefined : { problem: other, isSure: false };
}

interface Ways {
  /** Where the name is to lead. */
  readonly goal: string;
  /** What is wrong with an address of the name. */
  readonly problemAt: (address: string) => Promise<string | undefined>;
}

async function askDns(
  question: Pick<PreflightQuestion, 'name' | 'caaIdentities'>,
  network: PreflightNetwork,
  { goal, problemAt }: Ways,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { name } = question;
  try {
    const addresses = await network.addresses(name);
    if (addresses.length === 0) return `${name}: the DNS knows no address for it: point it at ${goal}`;
    for (const address of addresses.slice(0, maxAddresses)) {
      const problem = await problemAt(address);
      if (problem !== undefined) return problem;
    }
    return await askCaa(question, network);
  } catch (error) {
    signal.throwIfAborted();
    return `${name}: the DNS does not answer for it (${(error as NodeJS.ErrnoException).code ?? 'no reason given'})`;
  }
}

async function askAddress(
  question: PreflightQuestion,
  address: string,
  network: PreflightNetwork,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { name, proxies } = question;
  const said = await answerOf(question, address, network, signal);
  const answer = said === 'refused' ? null : said;
  if (answer !== null && isRight(question, answer)) return undefined;
  if (isOurs(question, address))
    return answer === null
      ? undefined
      : `${name}: proxy ${address} does not answer challenges (it says ${answer.status}): deis converge`;
  return (
    `${name}: the DNS points it at ${address}, which is none of the proxies (${listed(proxies)}), and ` +
    'what is there does not answer as this formation does'
  );
}

function isOurs({ proxies, formerProxies = [] }: PreflightQuestion, address: string): boolean {
  return proxies.includes(address) || formerProxies.includes(address);
}

/** What a challenge would get there. */
async function answerOf(
  question: PreflightQuestion,
  address: string,
  network: PreflightNetwork,
  signal: AbortSignal,
): Promise<HostAnswer> {
  const { name, token } = question;
  const isNever = (isIP(address) === 0 || leadsNowhere(address)) && !isOurs(question, address);
  return isNever ? null : network.ask(address, name, `/.well-known/acme-challenge/${token}`, signal);
}

function isRight(
  { token, thumbprint }: Pick<PreflightQuestion, 'token' | 'thumbprint'>,
  { status, body }: Extract<HostAnswer, object>,
): boolean {
  return status === 200 && body === `${token}.${thumbprint}`;
}

/** Of the name, else of the nearest name above it that has any (RFC 8659, section 3). */
async function askCaa(
  { name, caaIdentities }: Pick<PreflightQuestion, 'name' | 'caaIdentities'>,
  network: PreflightNetwork,
): Promise<string | undefined> {
  if (caaIdentities.length === 0) return undefined;
  const labels = name.split('.');
  for (let up = 0; up < labels.length - 1; up++) {
    const at = labels.slice(up).join('.');
    const records = await network.caa(at);
    if (records.length === 0) continue;
    const allowed = issuers(records);
    if (allowed === undefined || allowed.some((issuer) => caaIdentities.includes(issuer))) return undefined;
    return (
      `${name}: a CAA record of ${at} lets ${listed(allowed) || 'no CA'} issue for it, and not this CA ` +
      `(${listed(caaIdentities)})`
    );
  }
  return undefined;
}

/** undefined: the records do not say who may issue. */
function issuers(records: readonly CaaRecord[]): string[] | undefined {
  const said = records.flatMap(({ issue }) => (issue === undefined ? [] : [issue]));
  return said.length === 0
    ? undefined
    : said.map((issue) => issue.split(';')[0]!.trim().toLowerCase()).filter((issuer) => issuer !== '');
}

function listed(all: readonly string[]): string {
  const more = all.length - maxListed;
  return all.slice(0, maxListed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
