import { renewalId } from '../certificates/issued-certificate.js';
import type { AutoCertOrder, AutoCertStore, NameProblem } from '../store/app/certificates/auto-cert-store.js';
import type { AcmeParts } from './acme-parts.js';
import { certOf, validityOfCert, type AutoState } from './auto-state.js';
import { namesToOrder } from './decisions/names-to-order.js';
import { pauseAfter } from './decisions/next-attempt.js';
import { sayNameProblem } from './decisions/say-problem.js';
import { checkNames, isNamePaused, readyNames, without, withProblem } from './name-problems.js';
import { NamesRefused, orderCertificate, type OrderKeeper } from './order-certificate.js';
import { isLostAccount, setbackIn } from './order-setback.js';
import { planRenewal } from './plan-renewal.js';
import { serveCertificate } from './serve-certificate.js';

/** A shorter pause, after an order that went on with fewer names. */
const soonMs = 10_000;
const maxSaid = 3;

/**
 * Orders the certificate, if it is to be ordered now: checks its names, asks the CA, and has the proxies serve it. What
 * comes to nothing is written down in a sentence, with the time of the next attempt.
 * @throws the signal's reason, and what is wrong here and not at the CA
 */
export async function attemptOrder(
  parts: AcmeParts,
  state: AutoState,
  order: AutoCertOrder,
  signal: AbortSignal,
): Promise<void> {
  const { stores, now } = parts.formation;
  const cert = certOf(state, order.name);
  const current = cert && { domains: cert.domains, validity: validityOfCert(cert) };
  const question = { wanted: order.domains, current, renewAt: order.renewAt, now: now() };
  const { problems } = state.auto;
  const possible = new Set(order.domains.filter((name) => !isNamePaused(problems[name], now())));
  if (order.notBefore !== null && order.notBefore > now()) return;
  if (possible.size === 0 || namesToOrder({ ...question, ready: possible }).length === 0) return;
  const lifetimeMs = current && current.validity.until.getTime() - current.validity.from.getTime();
  try {
    const checked = await checkNames(parts, state, order.domains, lifetimeMs, signal);
    const names = namesToOrder({ ...question, ready: readyNames(checked, order.domains, now()) });
    if (names.length === 0) {
      await stores.autoCerts.update(order.id, {
        lastAttemptAt: now(),
        lastError: said(checked, order.domains),
      });
      return;
    }
    const replaces = cert && renewalId(cert.certificate);
    const request = { account: state.account, order: keeperOf(stores.autoCerts, order), names, replaces };
    const ordered = await orderCertificate(parts, request, signal);
    const renewal = await planRenewal(parts, ordered.chain, null, signal);
    await serveCertificate(parts, order, ordered, renewal);
    await stores.autoCerts.setProblems(state.formation.id, without(checked, ...names));
    parts.log.info(
      { formation: state.formation.name, certificate: order.name, names },
      'ordered a certificate',
    );
  } catch (error) {
    signal.throwIfAborted();
    await recordFailure(parts, state, order, { error, lifetimeMs });
  }
}

function keeperOf(autoCerts: AutoCertStore, order: AutoCertOrder): OrderKeeper {
  return {
    orderUrl: order.orderUrl,
    key: order.key,
    begin: (orderUrl, key) => autoCerts.begin(order, orderUrl, key),
    end: () => autoCerts.endOrder(order.id),
  };
}

interface Failed {
  readonly error: unknown;
  readonly lifetimeMs: number | undefined;
}

/** @throws the error itself when it is none of the CA's */
async function recordFailure(
  parts: AcmeParts,
  state: AutoState,
  order: AutoCertOrder,
  failed: Failed,
): Promise<void> {
  const { stores, now } = parts.formation;
  const { error } = failed;
  const failures = order.failures + 1;
  if (error instanceof NamesRefused) {
    await stores.autoCerts.endOrder(order.id);
    const lastError = await recordRefusals(parts, state, error, failed.lifetimeMs);
    const notBefore = new Date(now().getTime() + soonMs);
    await stores.autoCerts.update(order.id, {
      failures,
      lastError,
      notBefore,
      isHeld: false,
      lastAttemptAt: now(),
    });
    return;
  }
  const { lastError, setback, retryAfterMs } = setbackIn(new URL(parts.orders.directory).host, error);
  const pauseMs =
    setback === undefined
      ? Math.max(soonMs / 2, retryAfterMs ?? 0)
      : pauseAfter(setback, failures, { lifetimeMs: failed.lifetimeMs, retryAfterMs });
  if (isLostAccount(error) && state.account.url !== null)
    await stores.acmeAccounts.setUrl(state.account.id, null);
  await stores.autoCerts.update(order.id, {
    ...(setback === undefined ? {} : { failures }),
    lastError,
    notBefore: new Date(now().getTime() + pauseMs),
    isHeld: setback === 'limited',
    lastAttemptAt: now(),
  });
}

/** Resolves to what is said of them. */
async function recordRefusals(
  { formation: { stores, now } }: AcmeParts,
  { formation }: AutoState,
  { problems: refused }: NamesRefused,
  lifetimeMs: number | undefined,
): Promise<string> {
  const auto = await stores.autoCerts.byFormation(formation.id);
  let problems = auto?.problems ?? {};
  for (const [name, document] of refused) {
    const problem = sayNameProblem(name, document);
    problems = withProblem(problems, { name, problem, setback: 'refused', lifetimeMs }, now());
  }
  await stores.autoCerts.setProblems(formation.id, problems);
  return said(problems, [...refused.keys()]);
}

/** The first few sentences. */
function said(problems: Readonly<Record<string, NameProblem>>, names: readonly string[]): string {
  const sentences = names.flatMap((name) => problems[name]?.problem ?? []);
  const more = sentences.length - maxSaid;
  return sentences.slice(0, maxSaid).join(' ') + (more > 0 ? ` And ${more} more.` : '');
}
