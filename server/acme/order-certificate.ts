import { createPrivateKey } from 'node:crypto';
import type { Secret } from '../../base/secret.js';
import { WaitDeadline, waitUntil } from '../../base/wait-until.js';
import { certificateRequest } from '../certificates/certificate-request.js';
import { newEcKey } from '../certificates/ec-key.js';
import type { AcmeAccountRecord } from '../store/app/certificates/acme-account-store.js';
import type { AcmeParts } from './acme-parts.js';
import type { SeenAuthorization, SeenOrder } from './protocol/acme-client.js';
import { AcmeProblem, readProblem, type ProblemDocument } from './protocol/acme-problem.js';
import type { Signer } from './protocol/jws.js';

export interface OrderedCertificate {
  /** PEM, leaf first. */
  readonly chain: string;
  readonly key: Secret;
}

/** Names that the CA has refused, and why. */
export class NamesRefused extends Error {
  override readonly name = 'NamesRefused';

  constructor(readonly problems: ReadonlyMap<string, ProblemDocument>) {
    super(`the CA refuses ${[...problems.keys()].join(', ')}`);
  }
}

/** The CA has not refused, and has not come to an end: the order is to be looked at later. */
export class StillProcessing extends Error {
  override readonly name = 'StillProcessing';

  constructor(readonly retryAfterMs: number) {
    super('the CA still works on the order');
  }
}

/** Where an order that is under way is written down: it is gone on with, also by another controller. */
export interface OrderKeeper {
  readonly orderUrl: string | null;
  /** EC P-256, PEM. */
  readonly key: Secret | null;
  /** False when there is one already: it is the one to go on with. */
  readonly begin: (orderUrl: string, key: Secret) => Promise<boolean>;
  readonly end: () => Promise<void>;
}

export interface CertificateOrder {
  readonly account: AcmeAccountRecord;
  readonly order: OrderKeeper;
  readonly names: readonly string[];
  /** Of the certificate that it is to follow. */
  readonly replaces: string | undefined;
}

/** One attempt looks at an order for so long, and waits for so long between two looks at most. */
const attemptMs = 90_000;
const maxPollMs = 15_000;
const laterMs = 30_000;

/**
 * Gets a certificate from the CA for these names. An order that is written down is gone on with, so that there is
 * never a second one; a new one is written down as soon as the CA has named it.
 * @throws NamesRefused, StillProcessing, AcmeProblem, AcmeUnreachable; the signal's reason
 */
export async function orderCertificate(
  parts: AcmeParts,
  request: CertificateOrder,
  signal: AbortSignal,
): Promise<OrderedCertificate> {
  const signer = await registered(parts, request.account, signal);
  const { order, key } = await openOrder(parts, signer, request, signal);
  await answerChallenges(parts, signer, order, signal);
  const ready = await settled(parts, signer, order, ['ready', 'valid'], signal);
  const { client } = parts;
  const finalized =
    ready.status === 'ready'
      ? await client.finalize(signer, ready, certificateRequest(request.names, key), signal)
      : ready;
  const valid =
    finalized.status === 'valid' ? finalized : await settled(parts, signer, finalized, ['valid'], signal);
  if (valid.certificate === undefined) throw new StillProcessing(laterMs);
  return { chain: await client.certificate(signer, valid.certificate, signal), key };
}

/** The account as the CA knows it; it hears of it here first. */
async function registered(
  { client, formation, orders }: AcmeParts,
  account: AcmeAccountRecord,
  signal: AbortSignal,
): Promise<Signer> {
  const key = createPrivateKey(account.key.reveal());
  if (account.url !== null) return { key, account: account.url };
  const contact = orders.email === undefined ? [] : [`mailto:${orders.email}`];
  const url = await client.register({ key }, contact, signal);
  await formation.stores.acmeAccounts.setUrl(account.id, url);
  return { key, account: url };
}

async function openOrder(
  parts: AcmeParts,
  signer: Signer,
  request: CertificateOrder,
  signal: AbortSignal,
): Promise<{ order: SeenOrder; key: Secret }> {
  const { order: kept, names } = request;
  if (kept.orderUrl !== null && kept.key !== null) {
    const order = await keptOrder(parts, signer, kept.orderUrl, signal);
    if (order !== undefined && isFor(order, names)) return { order, key: kept.key };
    await kept.end();
  }
  const key = newEcKey();
  const order = await newOrder(parts, signer, request, signal);
  if (!(await kept.begin(order.url, key))) throw new StillProcessing(0);
  return { order, key };
}

/** undefined for one that the CA has given up or forgotten. */
async function keptOrder(
  { client }: AcmeParts,
  signer: Signer,
  url: string,
  signal: AbortSignal,
): Promise<SeenOrder | undefined> {
  const order = await client.order(signer, url, signal).catch((error: unknown) => {
    if (error instanceof AcmeProblem && [400, 403, 404].includes(error.status)) return undefined;
    throw error;
  });
  return order?.status === 'invalid' ? undefined : order;
}

function isFor({ identifiers }: SeenOrder, names: readonly string[]): boolean {
  const ordered = new Set(identifiers.map(({ value }) => value));
  return ordered.size === names.length && names.every((name) => ordered.has(name));
}

/** A CA that knows of another successor gets an order that follows nothing. */
async function newOrder(
  { client }: AcmeParts,
  signer: Signer,
  { names, replaces }: CertificateOrder,
  signal: AbortSignal,
): Promise<SeenOrder> {
  try {
    return await client.newOrder(signer, names, replaces, signal);
  } catch (error) {
    const isKnown = error instanceof AcmeProblem && replaces !== undefined && error.status !== 429;
    if (!isKnown || !['alreadyReplaced', 'malformed'].includes(error.problem.type)) throw error;
    return client.newOrder(signer, names, undefined, signal);
  }
}

/** Tells the CA that the proxies answer; they do so for every token. @throws NamesRefused */
async function answerChallenges(
  { client }: AcmeParts,
  signer: Signer,
  order: SeenOrder,
  signal: AbortSignal,
): Promise<void> {
  if (order.status !== 'pending') return;
  for (const url of order.authorizations) {
    const authorization = await client.authorization(signer, url, signal);
    if (authorization.status !== 'pending') continue;
    const challenge = authorization.challenges.find(({ type }) => type === 'http-01');
    if (challenge === undefined)
      throw new NamesRefused(new Map([[authorization.identifier.value, noChallenge]]));
    if (challenge.status === 'pending') await client.ready(signer, challenge.url, signal);
  }
}

const noChallenge = readProblem({ detail: 'it offers no HTTP-01 challenge for this name' });

/** The order once it is in one of these states. @throws NamesRefused, AcmeProblem, StillProcessing */
async function settled(
  parts: AcmeParts,
  signer: Signer,
  order: SeenOrder,
  states: readonly SeenOrder['status'][],
  signal: AbortSignal,
): Promise<SeenOrder> {
  let pauseMs = parts.orders.pollMs;
  const look = async (): Promise<SeenOrder | undefined> => {
    const seen = await parts.client.order(signer, order.url, signal);
    if (seen.status === 'invalid') throw await refusal(parts, signer, seen, signal);
    if (states.includes(seen.status)) return seen;
    if ((seen.retryAfterMs ?? 0) > maxPollMs) throw new StillProcessing(seen.retryAfterMs!);
    pauseMs = Math.max(parts.orders.pollMs, seen.retryAfterMs ?? 0);
    return undefined;
  };
  const options = { deadlineMs: attemptMs, intervalMs: () => pauseMs, what: `order ${order.url}`, signal };
  return waitUntil(look, options).catch((error: unknown) => {
    throw error instanceof WaitDeadline ? new StillProcessing(laterMs) : error;
  });
}

/** Which names an order has failed of, else why it has failed. */
async function refusal(
  { client }: AcmeParts,
  signer: Signer,
  order: SeenOrder,
  signal: AbortSignal,
): Promise<Error> {
  const problems = new Map<string, ProblemDocument>();
  for (const url of order.authorizations) {
    const authorization = await client.authorization(signer, url, signal);
    if (authorization.status === 'invalid')
      problems.set(authorization.identifier.value, readProblem(failedOf(authorization)));
  }
  const whole = readProblem(order.error);
  for (const { name, ...problem } of whole.subproblems)
    if (name !== '' && !problems.has(name)) problems.set(name, { ...problem, subproblems: [] });
  return problems.size > 0 ? new NamesRefused(problems) : new AcmeProblem(403, whole, undefined);
}

function failedOf({ challenges }: SeenAuthorization): unknown {
  return challenges.find(({ status }) => status === 'invalid')?.error;
}
